import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Program } from '../../../runtime/command-line/command-line.ts';
import { UserError } from '../../../runtime/errors.ts';
import { levelOf } from '../../../runtime/log/log.ts';
import { product } from '../../../runtime/product.ts';
import type { Host } from '../../../runtime/service/host.ts';
import { agentService, serverService } from '../../../runtime/service/identity.ts';
import { type Running, runService } from '../../../runtime/service/service.ts';
import { runAsService, serviceFolder } from '../../../runtime/service/windows-host.ts';
import { applySettings } from '../../../runtime/service/windows-settings.ts';
import { CONTROL } from '../../../runtime/windows/service-status.ts';
import { makeFolder } from '../run-program.ts';
import { makeWindows } from './windows-stand-in.ts';

const identity = { ...serverService, name: 'it', title: 'It', settingsKey: 'SOFTWARE\\It\\Settings' };
const options = [
  { name: 'level', value: 'LEVEL', default: 'Information', help: '' },
  { name: 'word', value: 'WORD', secret: true, help: '' },
] as const;

function makeProgram(start: (host: Host, given: { level?: string; word?: string }) => Running) {
  return (host: Host): Program<'level' | 'word'> => ({
    name: 'it',
    summary: '',
    usage: [],
    examples: [],
    options,
    run(given) {
      const log = host.openLog(levelOf(given.text('level')));
      log.verbose('begins');
      const values = { level: given.text('level'), word: given.text('word') };
      return runService(log, options, () => start(host, values as { level?: string; word?: string }), host); // absent or text
    },
  });
}

const running: Running = { status: 'Listening', stop() {} };

test.serial(
  'a service tells start, running, stop and the end, and stops for stop, shutdown and pre-shutdown',
  async (t) => {
    for (const control of [CONTROL.STOP, CONTROL.SHUTDOWN, CONTROL.PRESHUTDOWN]) {
      const { windows, told, events, control: send } = makeWindows();
      const program = makeProgram(() => {
        setImmediate(() => {
          t.is(send(CONTROL.INTERROGATE), 0);
          t.is(send(99), 120);
          t.is(send(control), 0);
        });
        return running;
      });
      t.is(await runAsService(identity, program, [], windows), 0);
      t.deepEqual(told, ['start-pending', 'running', 'stop-pending', 'stopped']);
      t.deepEqual(events, ['it information 1 It started. Listening', 'it information 2 It stopped.']);
    }
  },
);

test.serial(
  'what the log says from Warning on is an event, and all of it is in a file of the data folder',
  async (t) => {
    const folder = await makeFolder(t);
    const { windows, events, control } = makeWindows();
    const program = (host: Host): Program<never> => ({
      ...makeProgram(() => running)(host),
      options: [],
      run() {
        const log = host.openLog('Verbose');
        log.verbose('early');
        host.useDataFolder(folder);
        log.warning('careful\nthere');
        log.notice('once');
        log.error('broken');
        setImmediate(() => control(CONTROL.STOP));
        return runService(log, [], () => running, host);
      },
    });
    await runAsService(identity, program, [], windows);
    t.deepEqual(events.slice(0, 3), ['it warning 4 careful\\x0athere', 'it information 3 once', 'it error 5 broken']);
    const lines = readFileSync(path.join(folder, 'log/it.log'), 'utf8').trim().split('\n');
    t.deepEqual(
      lines.map((line) => line.replace(/^\S+ /, '')),
      [
        'Verbose early',
        'Warning careful\\x0athere',
        'Information once',
        'Error broken',
        'Information stopping after a stop of the service',
        'Information stopped',
      ],
    );
  },
);

test.serial(
  'a service that cannot start, or whose command line is wrong, ends with a code of its own and an event',
  async (t) => {
    const refused = makeWindows();
    const program = makeProgram(() => {
      throw new UserError('the port is taken', 100);
    });
    t.is(await runAsService(identity, program, [], refused.windows), 100);
    t.deepEqual(refused.told, ['start-pending', 'stopped 100']);
    t.deepEqual(refused.events, ['it error 5 the port is taken', 'it error 2 It ended with code 100.']);

    const wrong = makeWindows();
    t.is(await runAsService(identity, program, ['--levle=x'], wrong.windows), 2);
    t.deepEqual(wrong.told, ['start-pending', 'stopped 2']);
    t.regex(wrong.events[0] ?? '', /unknown option --levle; did you mean --level\?/);

    const defect = makeWindows();
    const broken = makeProgram(() => {
      throw new TypeError('oops');
    });
    t.is(await runAsService(identity, broken, [], defect.windows), 100);
    t.regex(defect.events[0] ?? '', /a defect of this program.*oops/);
  },
);

test.serial('a process that the manager did not start is told so, and nothing runs', async (t) => {
  const { windows, told } = makeWindows({ isManaged: false });
  const program = makeProgram(() => t.fail() as never); // must not be called
  t.is(await runAsService(identity, program, [], windows), undefined);
  t.deepEqual(told, []);
});

test.serial(
  'settings in the registry become variables and options, and a secret among them is pointed out',
  async (t) => {
    const { windows, events, registry, control } = makeWindows();
    registry.set(identity.settingsKey, {
      DUPLICATI__LEVEL: 'Warning',
      DUPLICATI__WORD: 'kanarie',
      DAEMON_OPTS: '--word="from options"',
      'no name': 'x',
    });
    t.teardown(() => {
      for (const name of ['DUPLICATI__LEVEL', 'DUPLICATI__WORD', 'DAEMON_OPTS']) delete process.env[name];
    });
    const program = makeProgram((_, given) => {
      t.deepEqual(given, { level: 'Warning', word: 'from options' });
      setImmediate(() => control(CONTROL.STOP));
      return running;
    });
    t.is(await runAsService(identity, program, ['--word=before'], windows), 0);
    t.deepEqual(events.slice(0, 2), [
      'it warning 4 DUPLICATI__WORD stands in the registry, where every user can read it: remove it there and change it',
      'it warning 4 the setting "no name" in the registry is no variable\'s name: ignored',
    ]);
    t.false(events.join().includes('kanarie'));
  },
);

test('a variable that is set already wins over the registry, and an empty setting is none', (t) => {
  const environment: NodeJS.ProcessEnv = { A: 'set', B: '' };
  const { words, warnings } = applySettings({ A: 'x', B: 'y', C: '', DAEMON_OPTS: '-a  -b' }, environment, ['C']);
  t.deepEqual(environment, { A: 'set', B: 'y', DAEMON_OPTS: '-a  -b' });
  t.deepEqual([words, warnings], [['-a', '-b'], []]);
});

test('a service is called as the manifest says, and its data is below ProgramData', (t) => {
  for (const { name, title, program, args } of [serverService, agentService]) {
    const service: { title: string; program: string; args?: readonly string[] } | undefined = product.services.find(
      (each) => each.name === name,
    );
    t.deepEqual([service?.title, service?.program, service?.args ?? []], [title, program, args]);
  }
  t.is(serviceFolder(serverService, { ProgramData: 'D:\\PD' }), 'D:\\PD\\Duplicati');
  t.is(serviceFolder(agentService, {}), 'C:\\ProgramData\\Duplicati Agent');
});

test('a service whose process exits or crashes by itself tells a failure first, for Node waits for the manager', async (t) => {
  const file = (name: string) => JSON.stringify(path.join(import.meta.dirname, name));
  const start = (then: string) => `import { runAsService } from ${file('../../../runtime/service/windows-host.ts')};
    import { runService } from ${file('../../../runtime/service/service.ts')};
    import { serverService } from ${file('../../../runtime/service/identity.ts')};
    import { makeWindows } from ${file('windows-stand-in.ts')};
    const { windows, told } = makeWindows();
    const program = (host) => ({ name: 'it', summary: '', usage: [], examples: [], options: [],
      run: () => runService(host.openLog('Error'), [], () => { ${then}; process.on('exit', () => console.log(told.join(', '))); return { status: '', stop() {} }; }, host) });
    await runAsService(serverService, program, [], windows);`;
  const cases = [
    ['setTimeout(() => process.exit(3))', 3, 'start-pending, running, stopped 3'],
    ['setTimeout(() => process.exit(0))', 0, 'start-pending, running, stopped 100'],
    ["setTimeout(() => { throw new Error('x'); })", 100, 'start-pending, running, stopped 100'],
    ["setTimeout(() => Promise.reject(new Error('x')))", 100, 'start-pending, running, stopped 100'],
  ] as const;
  for (const [then, code, told] of cases) {
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', start(then)], {
      encoding: 'utf8',
    });
    t.deepEqual([status, stdout], [code, `${told}\n`], then);
  }
});
