import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

const pem = async (folder: string, name: string) => new X509Certificate(await readFile(path.join(folder, name)));

test('https generate makes authority and certificate, renew another certificate of it, remove neither', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const run = (word: string, ...more: string[]) =>
    runProgram('duplicati-server', ['https', word, `--server-datafolder=${folder}`, ...more]);

  const early = await run('renew');
  t.is(early.code, 100);
  t.regex(early.stderr, /there is no certificate of our own; see https generate/);

  t.like(await run('generate', '--configure-https-hostnames=nas.example'), { code: 0, stderr: '' });
  const [authority, first] = [await pem(folder, 'https-authority.pem'), await pem(folder, 'https-certificate.pem')];
  t.true(first.verify(authority.publicKey));
  t.is(first.checkHost('nas.example'), 'nas.example');
  t.regex((await run('show')).stdout, /Authority: {3}CN=Duplicati on/);

  t.like(await run('renew'), { code: 0, stderr: '' });
  const second = await pem(folder, 'https-certificate.pem');
  t.not(second.serialNumber, first.serialNumber);
  t.is(second.checkHost('nas.example'), 'nas.example');
  t.true(second.verify(authority.publicKey));

  t.like(await run('remove'), { code: 0, stderr: '' });
  t.false(existsSync(path.join(folder, 'https-authority.pem')));
  t.is((await run('show')).code, 100);
  t.is((await run('renew')).code, 100);
  t.regex((await run('other')).stderr, /none of generate, renew, remove, show/);
});

test('a server serves what https generate made, keeps its commands out while it runs, and http after remove', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const args = [`--server-datafolder=${folder}`];
  t.is((await runProgram('duplicati-server', ['https', 'generate', ...args])).code, 0);
  const server = await startServer(t, args);
  await server.says(/open https:\/\//);
  const refused = await runProgram('duplicati-server', ['https', 'remove', ...args]);
  t.is(refused.code, 100);
  t.regex(refused.stderr, /in use by another server/);
  server.child.kill('SIGTERM');
  await server.ended;
  t.is((await runProgram('duplicati-server', ['https', 'remove', ...args])).code, 0);
  const plain = await startServer(t, args);
  await plain.says(/open http:\/\//);
  t.false(existsSync(path.join(folder, 'https-certificate.pem')));
});
