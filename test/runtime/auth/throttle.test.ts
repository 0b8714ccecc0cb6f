import test from 'ava';
import { openThrottle, TooManyGuesses } from '../../../runtime/auth/throttle.ts';

/** Guesses every `every` seconds for `seconds`; how many were checked. */
async function flood(every: number, seconds: number, right = false): Promise<number> {
  let now = 0;
  const throttle = openThrottle(() => now);
  let checked = 0;
  const check = async () => {
    checked += 1;
    return right;
  };
  for (; now < seconds; now += every) {
    await throttle.attempt(undefined, check).catch((thrown) => {
      if (!(thrown instanceof TooManyGuesses)) throw thrown;
    });
  }
  return checked;
}

test('of a flood at most 10 guesses are checked in a minute and 100 in an hour, of a paced one too', async (t) => {
  t.true((await flood(0.1, 60)) <= 11);
  t.true((await flood(0.5, 3600)) <= 100);
  t.true((await flood(35, 3600)) <= 100);
  t.true((await flood(40, 3600)) >= 80);
});

test('a right password gives its place back', async (t) => {
  t.is(await flood(1, 1000, true), 1000);
});

test('a browser that has signed in before is let in while others flood', async (t) => {
  const throttle = openThrottle(() => 0);
  const wrong = async () => false;
  for (let n = 0; n < 10; n++) await throttle.attempt(undefined, wrong);
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
