import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { Engine } from '../../../runtime/jobs/job.ts';
import { commands, describeCommand } from '../../../runtime/server-util/commands.ts';
import { globalOptions } from '../../../runtime/server-util/options.ts';
import { openServer } from '../api/open-server.ts';
import { readRecording } from '../api/replay.ts';
import { makeFolder } from '../run-program.ts';
import { beSomebodyElse, useServerUtil } from './use-server-util.ts';

/** What a real ServerUtil was given, and what it said. */
interface Recorded {
  args: string[];
  exit: number;
  stdout: string;
  note?: string;
}

const recorded = readRecording('serverutil.jsonl') as Recorded[]; // as it was recorded
const PASSWORD = 'easy1234';

test('every command has the words and options of the recorded help', (t) => {
  const helps = recorded.filter(({ args, exit }) => args.at(-1) === '--help' && exit === 0 && args.length === 2);
  t.is(helps.length, 13);
  for (const { args, stdout } of helps) {
    const [name = ''] = args;
    const described = describeCommand(name)!;
    const theirs = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option!);
    for (const option of theirs)
      t.true(
        described.options.some((ours) => ours.name === option),
        `${name} has no option --${option}`,
      );
    const usage = /ServerUtil (.*) \[options\]/.exec(stdout)?.[1];
    t.is(described.usage[0], `${usage} [options]`);
  }
  t.deepEqual(commands.map(({ name }) => name).sort(), helps.map(({ args }) => args[0]!).sort());
  const [, all] = recorded;
  const theirs = [...all!.stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option!);
  const ours = globalOptions.map(({ name }): string => name);
  t.deepEqual(theirs.filter((name) => name !== 'version').sort(), ours.sort());
});

/** Where ours ends in another way. */
const DIFFERENCES: Readonly<Record<string, { exit: number; why: string }>> = {
  'change-password': { exit: 2, why: 'a token alone does not change the password: --password has to be the old one' },
};

/** What only theirs says. */
const OTHER_WORDS = /^(Connecting to|Warning: The encryption key|Exporting 1 backup to)/;

test('the recorded commands end with the recorded exit codes and say the same, for somebody who is not the owner', async (t) => {
  const engine: Engine = () => ({
    run: async () => ({ level: 'Warning', facts: {}, metadata: {}, lines: [] }),
  });
  const { port } = await openServer(t, engine, PASSWORD);
  const scratch = await makeFolder(t);
  const fixture = path.join(import.meta.dirname, '../../fixtures/duplicati/config.json');
  await copyFile(fixture, path.join(scratch, 'config.json'));
  const own = await beSomebodyElse(t, port);
  const calls = recorded.filter(({ args }) => args.length > 0 && !args.includes('--help') && args[0] !== '--version');
  t.is(calls.length, 33);
  for (const { args, exit, stdout, note } of calls) {
    const words = args
      .filter((word) => word !== '--hosturl=http://127.0.0.1:8200')
      .map((word) => word.replace('/srv/scratch', scratch));
    if (words.includes('--wait')) words.push('--poll-interval=0.05');
    if (words[0] === 'export') words.push(`--destination=${scratch}`);
    const elsewhere = words.some((word) => word.startsWith('--hosturl')) ? own.slice(1) : own;
    const where = `${args.join(' ')} ${note ?? ''}`;
    const ours = await useServerUtil(...words, ...elsewhere);
    const difference = DIFFERENCES[words[0]!];
    t.is(ours.exit, difference?.exit ?? exit, `${where}: ${ours.stderr}`);
    if (difference) {
      const whole = await useServerUtil(...words, ...own, `--password=${PASSWORD}`);
      t.is(whole.exit, exit, whole.stderr);
    } else if (exit === 0 && words.includes('--json')) {
      const [a, b] = [JSON.parse(ours.stdout), JSON.parse(stdout)];
      t.deepEqual(Object.keys(a).sort(), Object.keys(b).sort(), where);
    } else if (exit === 0) {
      for (const line of stdout.split('\n').filter((one) => one !== '' && !OTHER_WORDS.test(one)))
        t.true(
          ours.stdout.split('\n').includes(line.replace('/srv/scratch', scratch)),
          `${where}: "${line}" is not in ${ours.stdout}`,
        );
    }
  }
});
