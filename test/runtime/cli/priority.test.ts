import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

test('every thread of a command has the priority that was asked for', async (t) => {
  const root = await makeFolder(t);
  const script = path.join(root, 'script');
  const body = [
    `for one in /proc/$PPID/task/*; do sed 's/.*) //' $one/stat | cut -d' ' -f17; done | sort -u > ${root}/nice`,
    `for one in /proc/$PPID/task/*; do ionice -p "\${one##*/}"; done | sort -u > ${root}/disk`,
    'exit 1',
  ];
  writeFileSync(script, `#!/bin/sh\n${body.join('\n')}\n`, { mode: 0o755 });
  const run = async (...args: string[]) => {
    const all = ['list', 'file:///nowhere', `--run-script-before-required=${script}`, ...args];
    const { code, stderr } = await runProgram('duplicati-cli', all, { HOME: root });
    t.is(code, 0, stderr);
    return [readFileSync(`${root}/nice`, 'utf8'), readFileSync(`${root}/disk`, 'utf8')];
  };
  const [nice, disk] = await run('--thread-priority=Lowest', '--use-background-io-priority');
  t.is(nice, '19\n');
  t.is(disk, 'idle\n');
  const [belowNormal, disks] = await run('--thread-priority=belownormal');
  t.is(belowNormal, '10\n');
  t.notRegex(disks!, /idle/);
  const wrong = await runProgram('duplicati-cli', ['list', 'file:///nowhere', '--thread-priority=fast'], {
    HOME: root,
  });
  t.is(wrong.code, 200);
});
