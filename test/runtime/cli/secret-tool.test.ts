import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, startProgram } from '../run-program.ts';

const PROGRAM = path.join(import.meta.dirname, '../../../runtime/programs/duplicati-cli.ts');

test('a provider is told a secret and knows it, and nobody reads it on the way', async (t) => {
  const root = await makeFolder(t);
  const file = path.join(root, 'my secrets.json');
  const vault = path.join(root, 'pass');
  writeFileSync(
    vault,
    `#!/bin/sh\ncase "$1" in show) cat "${root}/$2" ;; insert) [ "$4" != refused ] && cat > "${root}/$4" || { head -1 >&2; exit 1; } ;; esac\n`,
    { mode: 0o755 },
  );
  const said: string[] = [];
  const tool = async (args: string[], secret = '', env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [PROGRAM, 'secret-tool', ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: root, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.end(secret);
    const [code] = (await once(child, 'close')) as [number];
    said.push(stdout + stderr);
    return { code, stdout, stderr };
  };
  const places = {
    plain: `file-secret://${encodeURI(file)}`,
    encrypted: `file-secret://${root}/encrypted?passphrase=canary-file`,
    pass: `pass://?pass-command=${encodeURIComponent(vault)}`,
  };
  for (const url of Object.values(places)) {
    t.is((await tool(['test', url, 'one'])).code, 100, url);
    const set = await tool(['set', url, 'one'], 'canary-1\n');
    t.is(set.code, 0, set.stderr);
    t.is((await tool(['set', url, 'two'], 'canary-2')).code, 0);
    const again = await tool(['set', url, 'one'], 'canary-3');
    t.is(again.code, 100);
    t.regex(again.stderr, /"one" already; --overwrite replaces it/);
    t.is((await tool(['set', url, 'one', '--overwrite'], 'canary-3')).code, 0);
    const found = await tool(['test', url, 'one', 'two']);
    t.is(found.code, 0);
    t.is(found.stdout, 'one: found\ntwo: found\n');
  }
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { one: 'canary-3', two: 'canary-2' });
  t.is(statSync(file).mode & 0o777, 0o600);
  t.is(readFileSync(path.join(root, 'encrypted'), 'latin1').slice(0, 3), 'AES');
  t.is(readFileSync(path.join(root, 'one'), 'utf8'), 'canary-3\n');
  const refused = await tool(['set', places.pass, 'refused'], 'canary-4');
  t.is(refused.code, 100);
  const wrong = await tool(['set', places.encrypted.replace('canary-file', 'wrong'), 'three'], 'canary-5');
  t.is(wrong.code, 100);
  t.is((await tool(['test', places.encrypted, 'one'])).code, 0, 'it is as it was');
  const missing = await tool(['test', 'env://', 'THERE', 'NOT_THERE', '--json'], '', { THERE: 'canary-6' });
  t.is(missing.code, 100);
  t.deepEqual(JSON.parse(missing.stdout), [
    { name: 'THERE', found: true },
    { name: 'NOT_THERE', found: false },
  ]);
  t.notRegex(said.join(''), /canary/);
  t.false(existsSync(path.join(root, 'three')));
});

test('what is no provider, or takes no secrets, is said', async (t) => {
  for (const [args, code, why] of [
    [['info'], 0, /^file-secret:\/\/.*AES Crypt$/m],
    [['info', 'env://'], 200, /nothing else/],
    [['set', 'env://', 'A'], 200, /file-secret:\/\/ and pass:\/\/ only/],
    [['test', 'hcv://vault', 'A'], 200, /HashiCorp Vault is not asked/],
    [['test', 'env://'], 200, /names of secrets/],
    [['set', 'pass://', 'a', 'b'], 200, /one secret/],
    [['get', 'pass://', 'a'], 200, /info, test and set/],
    [['set', 'pass://', 'a', '--passphrase=x'], 200, /no option --passphrase/],
  ] as const) {
    const ended = await startProgram('duplicati-cli', ['secret-tool', ...args]).ended;
    t.is(ended.code, code, `${args}`);
    t.regex(ended.stdout + ended.stderr, why);
  }
});
