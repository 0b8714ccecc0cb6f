import test from 'ava';
import { explain } from '../../../runtime/storage/rclone/errors.ts';

const reasonOf = (stderr: string, code = 1) => explain('rclone://web/', { code, stdout: '', stderr }).reason;

test('a port that reads like a refusal is none', (t) => {
  for (const port of [40152, 14030, 4030, 401])
    t.is(
      reasonOf(`Failed to copyto: read tcp 127.0.0.1:${port}->127.0.0.1:38559: read: connection reset by peer`),
      'unreachable',
    );
  t.is(reasonOf('Failed to copyto: read tcp 127.0.0.1:40152: strange'), 'failed');
});

test('what a server answers is told as it is', (t) => {
  t.is(reasonOf('ERROR : x: Failed to copy: 403 Forbidden'), 'denied');
  t.is(reasonOf('Failed to copyto: Got 401 from the server'), 'denied');
  t.is(reasonOf('Failed to lsjson: error in ListJSON: directory not found', 3), 'missing');
  t.is(reasonOf('Failed to copy: write /x: no space left on device'), 'full');
  t.is(reasonOf('Failed to create file system for "a:": didn\'t find section in config file'), 'invalid');
});
