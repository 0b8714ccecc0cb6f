import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { serverOptions } from '../../../runtime/server/options.ts';
import { applyPreload } from '../../../runtime/service/preload.ts';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

async function writePreload(t: ExecutionContext, content: unknown, mode = 0o644): Promise<string> {
  const file = path.join(await makeFolder(t), 'preload.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, mode);
  return file;
}

test('variables and options fill gaps: for all programs, then for this one, the later file over the earlier', async (t) => {
  const one = await writePreload(t, {
    env: { '*': { A: 'all', B: 'all' }, server: { B: 'server' }, tray: { C: 'tray' } },
    args: { server: ['--webservice-port=1'], tray: ['--no-hosted-server'] },
  });
  const two = await writePreload(t, { args: { server: ['--webservice-port=2'] }, env: { server: { D: 'later' } } });
  const environment: NodeJS.ProcessEnv = { A: 'own', D: '' };
  t.deepEqual(applyPreload('server', serverOptions, environment, [one, two]), [
    '--webservice-port=1',
    '--webservice-port=2',
  ]);
  t.deepEqual(environment, { A: 'own', B: 'server', D: 'later' });
});

test('a file that is wrong is an error that says where, and never what a secret is', async (t) => {
  const wrong: [unknown, RegExp][] = [
    ['{"env": {"server": {"DUPLICATI__WEBSERVICE_PASSWORD": "canary', /not JSON/],
    [{ environment: {} }, /environment is not what/],
    [{ env: { server: { A: 1 } } }, /env\.server\.A is not what/],
    [{ args: { server: '--x' } }, /args\.server is not what/],
    [
      { args: { server: ['--webservice-prt=1'] } },
      /args\.server: unknown option --webservice-prt; did you mean --webservice-port/,
    ],
    [{ args: { server: ['word'] } }, /"word" is not an option/],
    [{ db: { x: 1 } }, /section "db"/],
    ['[]', /the file is not what|not what a preload file has/],
  ];
  for (const [content, message] of wrong) {
    const file = await writePreload(t, content);
    const error = t.throws(() => applyPreload('server', serverOptions, {}, [file]), { message });
    t.true(error?.message.startsWith(file));
    t.false(error?.message.includes('canary'));
  }
});

test('a file that others could have written is not read', async (t) => {
  for (const mode of [0o666, 0o664, 0o602]) {
    const file = await writePreload(t, { env: { server: { A: '1' } } }, mode);
    const environment = {};
    t.throws(() => applyPreload('server', serverOptions, environment, [file]), { message: /can change it|its mode/ });
    t.deepEqual(environment, {});
  }
  const open = await makeFolder(t);
  chmodSync(open, 0o777);
  symlinkSync(await writePreload(t, {}), path.join(open, 'link.json'));
  t.throws(() => applyPreload('server', serverOptions, {}, [path.join(open, 'link.json')]), {
    message: /replace|write/,
  });
});

test('programs take what is preloaded, the command line over it', async (t) => {
  const DUPLICATI_PRELOAD_SETTINGS = await writePreload(t, {
    env: { server: { DUPLICATI__WEBSERVICE_ALLOWED_HOSTNAMES: '*' } },
    args: { server: ['--webservice-port=1', '--log-level=Verbose'] },
  });
  const server = await startServer(t, [], { DUPLICATI_PRELOAD_SETTINGS });
  t.not(server.port, 1);
  await server.says(/every host name is answered/);
  const none = await runProgram('duplicati-server', [], { DUPLICATI_PRELOAD_SETTINGS: '/nowhere.json' });
  t.is(none.code, 2);
  t.regex(none.stderr, /DUPLICATI_PRELOAD_SETTINGS: there is no file \/nowhere\.json/);
});
