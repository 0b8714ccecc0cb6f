/** One canary for each secret; after every command, in success and failure, none is found where it should not be. */
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

const canary = (what: string) => `canary+${what}/7f3aé`;

/** How a secret may look where it has leaked. */
function formsOf(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const escaped = encodeURIComponent(secret);
  const base64 = [0, 1, 2].map((offset) => {
    // What is the same whatever stands before and behind.
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(Math.ceil((offset * 4) / 3) + (offset > 0 ? 1 : 0), -4);
  });
  const texts = [
    escaped,
    escaped.toLowerCase(),
    escaped.replaceAll('%2F', '/').replaceAll('%2B', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    JSON.stringify(secret).slice(1, -1),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    [...secret].reverse().join(''),
  ];
  return [bytes, Buffer.from(secret, 'utf16le'), ...texts.map((text) => Buffer.from(text))];
}

interface Hunt {
  root: string;
  secrets: string[];
  /** Runs a command and looks at what it said. */
  run(args: readonly string[], env?: Record<string, string>): Promise<{ code: number | null; said: string }>;
  look(where: string, bytes: Buffer): void;
  /** All files below the root, but those that hold a secret by the order of who runs this. */
  lookAtFiles(allowed?: readonly string[]): void;
  leaks: string[];
}

async function begin(t: ExecutionContext, secrets: string[]): Promise<Hunt> {
  const root = await makeFolder(t);
  for (const name of ['source', 'temporary', 'remote']) await mkdir(path.join(root, name));
  const forms = secrets.flatMap((secret) => formsOf(secret).map((bytes) => ({ secret, bytes })));
  const leaks: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const { secret, bytes: form } of forms) {
      const at = bytes.indexOf(form);
      if (at >= 0) leaks.push(`${secret} in ${where}: ${bytes.toString('utf8', Math.max(0, at - 80), at + 80)}`);
    }
  };
  const base = { HOME: root, TMPDIR: path.join(root, 'temporary') };
  return {
    root,
    secrets,
    look,
    leaks,
    async run(args, env = {}) {
      const { code, stdout, stderr } = await runProgram('duplicati-cli', args, { ...base, ...env });
      const said = `${stdout}\n${stderr}`;
      look(`what ${args[0]} said (${code})`, Buffer.from(said));
      return { code, said };
    },
    lookAtFiles(allowed = []) {
      const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
      for (const file of files.map((one) => path.join(one.parentPath, one.name)))
        if (!allowed.includes(file)) look(path.relative(root, file), readFileSync(file));
    },
  };
}

test('the hunt finds what it looks for, in any form', async (t) => {
  const secret = canary('control');
  for (const [index, form] of formsOf(secret).entries()) {
    const hunt = await begin(t, [secret]);
    hunt.look('here', Buffer.concat([Buffer.from('before '), form, Buffer.from(' behind')]));
    t.true(hunt.leaks.length > 0, `${index}`);
  }
  for (const before of ['', 'a', 'ab']) {
    const hunt = await begin(t, [secret]);
    hunt.look('base64', Buffer.from(Buffer.from(`${before}${secret} and more`).toString('base64')));
    t.true(hunt.leaks.length > 0, `base64 behind ${before}`);
  }
  const hunt = await begin(t, [secret]);
  writeFileSync(path.join(hunt.root, 'source', 'log'), `passphrase is ${secret}`);
  hunt.lookAtFiles();
  t.true(hunt.leaks.length > 0);
});

test('no passphrase is in what a command says, logs, reports, keeps or uploads', async (t) => {
  t.timeout(300_000);
  const [right, wrong, inFile] = ['right', 'wrong', 'in-file'].map(canary) as [string, string, string];
  const hunt = await begin(t, [right, wrong, inFile]);
  const at = (...names: string[]) => path.join(hunt.root, ...names);
  const reports: Buffer[] = [];
  const server = createServer(async (request, response) => {
    reports.push(Buffer.from(`${request.url}${JSON.stringify(request.headers)}`));
    for await (const part of request) reports.push(part);
    response.end();
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  writeFileSync(at('source', 'file'), 'content');
  writeFileSync(at('passphrase'), `${inFile}\n`);
  const url = `file://${at('remote')}`;
  const logs = ['--console-log-level=Profiling', `--log-file=${at('log')}`, '--log-file-log-level=Profiling'];
  const report = `--send-http-url=http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ends = new Map<string, Set<number | null>>();
  const commands: [string, ...string[]][] = [
    ['backup', url, at('source'), report],
    ['list', url, '*'],
    ['list-filesets', url],
    ['find', url, 'file'],
    ['compare', url],
    ['affected', url, 'duplicati-b00.dblock.zip.aes'],
    ['test', url, 'all', '--full-remote-verification=true'],
    ['restore', url, `--restore-path=${at('out')}`],
    ['list-broken-files', url],
    ['purge', url, '*.gone'],
    ['purge-broken-files', url],
    ['vacuum', url],
    ['create-report', url, at('report.zip')],
    ['compact', url],
    ['delete', url, '--version=0', '--dry-run'],
    ['repair', url],
    ['system-info'],
    ['backend-tool', 'list', url],
  ];
  for (const PASSPHRASE of [right, wrong])
    for (const how of [[], ['--json']]) {
      rmSync(at('report.zip'), { force: true });
      for (const [name, ...args] of commands) {
        const isShort = ['system-info', 'backend-tool'].includes(name);
        const { code } = await hunt.run([name, ...args, ...(isShort ? [] : logs), ...how], { PASSPHRASE });
        ends.set(name, (ends.get(name) ?? new Set()).add(code));
      }
    }
  for (const args of [[`--passphrase-file=${at('passphrase')}`], [`--passphrase-file=${at('gone')}`]])
    t.is((await hunt.run(['list', url, ...args, ...logs])).code, 100);
  await hunt.run(['backup', url, at('source'), '--encryption-module=gpg', ...logs], { PASSPHRASE: right });
  const encrypted = ['aes-crypt', 'encrypt', at('source', 'file'), at('file.aes')];
  t.is((await hunt.run(encrypted, { PASSPHRASE: right })).code, 0);
  t.is((await hunt.run(['aes-crypt', 'decrypt', at('file.aes'), at('file')], { PASSPHRASE: wrong })).code, 100);
  // The control: both passphrases were used, and what is looked at is there.
  for (const name of ['list', 'test', 'restore', 'repair']) t.true((ends.get(name)?.size ?? 0) > 1, name);
  t.true(reports.length > 0 && readFileSync(at('log'), 'utf8').includes('Profiling'));
  hunt.look('reports', Buffer.concat(reports));
  hunt.lookAtFiles([at('passphrase')]);
  t.deepEqual(hunt.leaks, []);
});

test('no password of a destination is in what a command says or keeps, whatever goes wrong', async (t) => {
  t.timeout(300_000);
  const [inUrl, inQuery, inOption, inProvider] = ['url', 'query', 'option', 'provider'].map(canary) as string[];
  const hunt = await begin(t, [inUrl!, inQuery!, inOption!, inProvider!]);
  // Says everything back that it is told.
  const echo = createServer((request, response) => {
    response.writeHead(500, 'no').end(`${request.url} ${JSON.stringify(request.headers)}`);
  }).listen(0, '127.0.0.1');
  t.teardown(() => echo.close());
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  const [name, query] = [inUrl, inQuery].map((secret) => encodeURIComponent(`${secret}`));
  writeFileSync(path.join(hunt.root, 'source', 'file'), 'content');
  writeFileSync(path.join(hunt.root, 'secrets.json'), JSON.stringify({ password: inProvider }));
  const hosts = [`127.0.0.1:${port}`, '127.0.0.1:1', 'no-such-host.invalid'];
  const urls = [
    ...hosts.flatMap((host) => [
      `webdav://me:${name}@${host}/folder`,
      `webdav://${host}/folder?auth-username=me&auth-password=${query}`,
      `s3://bucket/folder?s3-server-name=${host}&use-ssl=false&auth-username=me&auth-password=${query}`,
      `ssh://me:${name}@${host}/folder?ssh-accept-any-fingerprints=true`,
      `ftp://me:${name}@${host}/folder`,
      `ftp://${host}/folder?auth-username=me&auth-password=${query}&no-such-option=1`,
    ]),
    `webdav://me:${name}@[::bad/folder`,
    `nonsense://me:${name}@host/folder?auth-password=${query}`,
    `ssh://me:${name}@host:99999/folder`,
    `rclone://no-such-remote/folder?auth-password=${query}`,
    `file:///gone/folder?auth-password=${query}`,
  ];
  const quick = ['--number-of-retries=0', '--read-write-timeout=5s', '--short-timeout=5s', '--list-timeout=5s'];
  const log = path.join(hunt.root, 'log');
  for (const url of urls) {
    const env = { PASSPHRASE: 'of no interest', AUTH_PASSWORD: `${inOption}` };
    const logs = [`--log-file=${log}`, '--log-file-log-level=Profiling', '--console-log-level=Profiling'];
    const backup = await hunt.run(['backup', url, path.join(hunt.root, 'source'), ...quick, ...logs], env);
    t.true([100, 200].includes(Number(backup.code)), `${url}: ${backup.code}\n${backup.said}`);
    t.true([100, 200].includes(Number((await hunt.run(['list', url, ...quick], env)).code)), url);
    t.true([100, 200].includes(Number((await hunt.run(['backend-tool', 'list', url, ...quick], env)).code)), url);
  }
  const provided = [
    `webdav://127.0.0.1:${port}/folder?auth-username=me`,
    '--auth-password=$password',
    `--secret-provider=file-secret://${path.join(hunt.root, 'secrets.json')}`,
  ];
  t.is((await hunt.run(['list', ...provided, ...quick])).code, 100);
  t.true(readFileSync(log, 'utf8').includes('folder'), 'the control: the log has what happened');
  hunt.lookAtFiles([path.join(hunt.root, 'secrets.json')]);
  t.deepEqual(hunt.leaks, []);
});
