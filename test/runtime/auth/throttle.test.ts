import test from 'ava';
import { openThrottle, TooManyGuesses } from '../../../runtime/auth/throttle.ts';

/** Guesses every `every` seconds for `seconds`; the times of those that were checked. */
async function flood(every: number, seconds: number, right = false): Promise<number[]> {
  let now = 0;
  const throttle = openThrottle(() => now);
  const checked: number[] = [];
  const check = async () => {
    checked.push(now);
    return right;
  };
  for (; now < seconds; now += every) {
    await throttle.attempt(undefined, check).catch((thrown) => {
      if (!(thrown instanceof TooManyGuesses)) throw thrown;
    });
  }
  return checked;
}

/** The most of these times that any stretch of so many seconds holds. */
function mostWithin(times: readonly number[], seconds: number): number {
  let first = 0;
  let most = 0;
  for (const [at, time] of times.entries()) {
    while (time - times[first]! >= seconds) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

test('of a flood at most 10 guesses are checked in any minute and 100 in any hour, of a paced one too', async (t) => {
  for (const every of [0.25, 1, 7, 20, 36, 39, 40, 41, 300]) {
    const checked = await flood(every, 10_000);
    t.true(mostWithin(checked, 60) <= 10, `every ${every} s: ${mostWithin(checked, 60)} in a minute`);
    t.true(mostWithin(checked, 3600) <= 100, `every ${every} s: ${mostWithin(checked, 3600)} in an hour`);
  }
  t.true(mostWithin(await flood(41, 3600), 3600) >= 80, 'a patient owner is let in');
});

test('a right password gives its place back', async (t) => {
  t.is((await flood(1, 1000, true)).length, 1000);
});

test('a browser that has signed in before is let in while others flood', async (t) => {
  const throttle = openThrottle(() => 0);
  const wrong = async () => false;
  for (let n = 0; n < 9; n++) await throttle.attempt(undefined, wrong);
  const error = await t.throwsAsync(throttle.attempt(undefined, wrong), { instanceOf: TooManyGuesses });
  t.is(error?.retryAfter, 40);
  t.true(await throttle.attempt('mine', async () => true));
});

test('two checks run at once, eight wait, and the next is refused without costing a place', async (t) => {
  const throttle = openThrottle(() => 0);
  let running = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  const check = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => gates.push(resolve));
    running -= 1;
    return true;
  };
  const attempts = Array.from({ length: 10 }, (_, n) => throttle.attempt(`browser ${n}`, check));
  for (let n = 0; n < 12; n++) await t.throwsAsync(throttle.attempt('one more', check), { instanceOf: TooManyGuesses });
  while (gates.length < 2) await null;
  for (let n = 0; n < 10; n++) {
    while (gates.length === 0) await null;
    gates.shift()!();
  }
  t.deepEqual(new Set(await Promise.all(attempts)), new Set([true]));
  t.is(most, 2);
  t.true(await throttle.attempt('one more', async () => true));
});

test('a check that fails frees its place among those that run', async (t) => {
  const throttle = openThrottle(() => 0);
  const fail = () => Promise.reject(new Error('no memory'));
  for (let n = 0; n < 3; n++) await t.throwsAsync(throttle.attempt('x', fail), { message: 'no memory' });
  t.true(await throttle.attempt('x', async () => true));
});
