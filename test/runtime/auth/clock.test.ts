import test from 'ava';
import { openClock } from '../../../runtime/auth/clock.ts';
import { makeSettings } from './open-auth.ts';

test('time goes on when the clock is set back, and follows when it is set forward', async (t) => {
  const { settings } = await makeSettings(t);
  const at = { wall: 1000, steady: 0 };
  const { now, wentBack } = openClock(settings, { wall: () => at.wall, steady: () => at.steady });
  t.false(wentBack);
  t.is(now(), 1000);
  at.wall = 10;
  at.steady = 60;
  t.is(now(), 1060);
  at.wall = 5000;
  at.steady = 61;
  t.is(now(), 5000);
});

test('a clock that is behind the last run is noticed, a small correction is not', async (t) => {
  const { settings } = await makeSettings(t);
  const openAt = (wall: number) => openClock(settings, { wall: () => wall, steady: () => 0 }).wentBack;
  t.false(openAt(1_000_000));
  t.false(openAt(999_900));
  t.true(openAt(900_000));
});

test('a time that cannot be noted is told all the same', async (t) => {
  const { settings } = await makeSettings(t);
  const at = { wall: 1000, steady: 0 };
  const full = () => {
    throw new Error('database or disk is full');
  };
  const { now } = openClock({ ...settings, set: full }, { wall: () => at.wall, steady: () => at.steady });
  at.wall = 2000;
  t.is(now(), 2000);
});
