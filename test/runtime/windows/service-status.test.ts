import { mock } from 'node:test';
import test from 'ava';
import { encodeStatus, openStatusTeller, SIGN_OF_LIFE, STATE } from '../../../runtime/windows/service-status.ts';

const numbers = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(4 * index));

test('a status is seven numbers, and only a running service accepts stop, shutdown and pre-shutdown', (t) => {
  const [checkPoint, exitCode] = [3, 0];
  t.deepEqual(numbers(encodeStatus({ state: STATE.START_PENDING, checkPoint, exitCode })), [16, 2, 0, 0, 0, 3, 10000]);
  t.deepEqual(numbers(encodeStatus({ state: STATE.RUNNING, checkPoint, exitCode })), [16, 4, 0x105, 0, 0, 0, 0]);
  t.deepEqual(numbers(encodeStatus({ state: STATE.STOPPED, checkPoint, exitCode })), [16, 1, 0, 0, 0, 0, 0]);
});

test('a failure is a service-specific code, so that recovery follows', (t) => {
  const status = encodeStatus({ state: STATE.STOPPED, checkPoint: 0, exitCode: 100 });
  t.deepEqual(numbers(status), [16, 1, 0, 1066, 100, 0, 0]);
});

test.serial('while it is pending each sign of life counts up, and none follows when it runs or has stopped', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const told: number[][] = [];
  const status = openStatusTeller((bytes) => void told.push(numbers(bytes)));
  const seen = () => told.splice(0).map(([, state, , , , checkPoint]) => [state, checkPoint]);
  status.startPending();
  mock.timers.tick(2 * SIGN_OF_LIFE);
  t.deepEqual(seen(), [
    [2, 1],
    [2, 2],
    [2, 3],
  ]);
  status.running();
  mock.timers.tick(5 * SIGN_OF_LIFE);
  t.deepEqual(seen(), [[4, 0]]);
  status.stopPending();
  mock.timers.tick(SIGN_OF_LIFE);
  status.stopPending();
  mock.timers.tick(SIGN_OF_LIFE);
  t.deepEqual(seen(), [
    [3, 1],
    [3, 2],
    [3, 3],
  ]);
  status.stopped(0);
  status.stopped(100);
  status.running();
  mock.timers.tick(5 * SIGN_OF_LIFE);
  t.deepEqual(seen(), [[1, 0]]);
});
