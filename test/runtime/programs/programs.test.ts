import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'ava';
import packageJson from '../../../package.json' with { type: 'json' };
import { product } from '../../../runtime/product.ts';
import { runProgram, startServer } from '../run-program.ts';

const wrongUse: Readonly<Record<string, number>> = { 'duplicati-cli': 200 };

for (const { name } of product.programs) {
  test(`${name} prints its version and its help`, async (t) => {
    for (const args of [['--version'], ['version']]) {
      t.deepEqual(await runProgram(name, args), {
        code: 0,
        signal: null,
        stdout: `${packageJson.version}\n`,
        stderr: '',
      });
    }
    for (const args of [['--help'], ['help'], ['-h'], ['run', '--help', '--nonsense']]) {
      const { code, stdout, stderr } = await runProgram(name, args, { DUPLICATI__LOG_LEVEL: 'wrong' });
      t.is(code, 0);
      t.is(stderr, '');
      t.true(stdout.startsWith(`${name} - `));
      for (const section of ['Usage:', 'Options:', 'Environment:', 'Examples:'])
        t.true(stdout.includes(`\n${section}\n  `));
    }
  });

  test(`${name} refuses an unknown option in one line that suggests the right one`, async (t) => {
    const { code, stdout, stderr } = await runProgram(name, ['system-info', '--hlep']);
    t.is(code, wrongUse[name] ?? 2);
    t.is(stdout, '');
    t.is(stderr, `${name}: unknown option --hlep; did you mean --help?\n`);
  });
}

test('a word that is no command is refused', async (t) => {
  const reasons = {
    duplicati: 'unexpected argument "start"; options are written --name=value',
    'duplicati-server': 'unknown command "start" (see --help)',
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const { code, stderr } = await runProgram(name, ['start']);
    t.is(code, 2);
    t.is(stderr, `${name}: ${reason}\n`);
  }
});

test('duplicati-cli prints its help without arguments', async (t) => {
  const { code, stdout } = await runProgram('duplicati-cli', []);
  t.is(code, 0);
  t.regex(stdout, /^ {2}system-info {2,}Print versions/m);
});

test('duplicati-cli system-info says versions, paths and drivers, as text and as JSON', async (t) => {
  const text = await runProgram('duplicati-cli', ['system-info'], {
    DUPLICATI_HOME: '/data/\x1b[31m',
    TZ: 'Asia/Tokyo',
  });
  t.is(text.code, 0);
  t.regex(text.stdout, /^SQLite driver: better-sqlite3 \(/m);
  t.regex(text.stdout, /^Data folder: \/data\/\\x1b\[31m$/m);
  t.regex(text.stdout, /^Time zone: Asia\/Tokyo$/m);
  const json = await runProgram('duplicati-cli', ['system-info', '--json', '--server-datafolder=/given']);
  const system = JSON.parse(json.stdout);
  t.is(system.Node, process.versions.node);
  t.is(system.OpenSSL, process.versions.openssl);
  t.is(system['Data folder'], '/given');
  t.is(system.FFI, 'koffi');
});

test('duplicati-cli knows the commands to come, and says of others what is near', async (t) => {
  for (const command of ['sync', 'set-locks']) {
    const { code, stderr } = await runProgram('duplicati-cli', [command, 'file:///nowhere']);
    t.is(code, 100);
    t.regex(
      stderr,
      /^duplicati-cli: "[\w-]+" comes with the backup engine in a later release; this version cannot do it\n$/,
    );
  }
  const unknown = await runProgram('duplicati-cli', ['bakcup']);
  t.is(unknown.code, 200);
  t.is(unknown.stderr, 'duplicati-cli: unknown command "bakcup"; did you mean backup? (see --help)\n');
});

test('duplicati-server-util health tells a healthy server from others', async (t) => {
  const { port } = await startServer(t);
  const good = await runProgram('duplicati-server-util', ['health', '--hosturl', `http://localhost:${port}`]);
  t.deepEqual([good.code, good.stdout], [0, 'Server is healthy\n']);
  const byVariable = await runProgram('duplicati-server-util', ['health', '--json'], {
    DUPLICATI__WEBSERVICE_PORT: `${port},1`,
  });
  t.like(JSON.parse(byVariable.stdout), { Success: true, ExitCode: 0 });
  const bad = await runProgram('duplicati-server-util', ['health', '--hosturl=http://127.0.0.1:1']);
  t.is(bad.code, 1);
  t.regex(bad.stdout, /^Server is unhealthy: .*ECONNREFUSED/);
  const other = createServer((_, response) =>
    response.writeHead(302, { Location: `http://127.0.0.1:${port}/` }).end(),
  ).listen(0);
  t.teardown(() => other.close());
  await once(other, 'listening');
  const { port: otherPort } = other.address() as { port: number }; // a TCP server's address
  const elsewhere = await runProgram('duplicati-server-util', ['health', `--hosturl=http://127.0.0.1:${otherPort}`]);
  t.deepEqual([elsewhere.code, elsewhere.stdout], [1, 'Server is unhealthy: it answered with status 302\n']);
  const wrong = await runProgram('duplicati-server-util', ['health', '--hosturl=ftp://u:secret@x']);
  t.deepEqual([wrong.code, wrong.stdout], [2, '']);
  t.is(wrong.stderr, 'duplicati-server-util: --hosturl: not an address such as http://127.0.0.1:8200\n');
});

test('duplicati-server-util needs a command it knows', async (t) => {
  for (const [args, exit, text] of [
    [[], 1, /a command is needed/],
    [['nonsense'], 1, /unknown command "nonsense"/],
    [['list-backups', '--hosturl=http://127.0.0.1:1'], 2, /Not logged in/],
  ] as const) {
    const { code, stderr } = await runProgram('duplicati-server-util', args);
    t.is(code, exit);
    t.regex(stderr, text);
  }
});
