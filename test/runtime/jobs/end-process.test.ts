import test from 'ava';
import { endProcess } from '../../../runtime/jobs/end-process.ts';

test.serial('what is gone, or is not ours to end, is no failure of who ends it', (t) => {
  const { kill } = process;
  t.teardown(() => {
    process.kill = kill;
  });
  for (const code of ['ESRCH', 'EPERM']) {
    process.kill = () => {
      throw Object.assign(new Error(`kill ${code}`), { code });
    };
    t.notThrows(() => endProcess(process.pid), code);
  }
});
