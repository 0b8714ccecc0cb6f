import { chmod, cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

async function serve(t: ExecutionContext, ...options: string[]) {
  const folder = path.join(await makeFolder(t), 'data');
  const server = await startServer(t, [`--server-datafolder=${folder}`, ...options]);
  await server.says(/\/signin\.html/);
  return { folder, port: server.port };
}

const ask = (env: Record<string, string>, ...options: string[]) =>
  runProgram('duplicati-server-util', ['health', ...options], env);
const HEALTHY = { code: 0, stdout: 'Server is healthy\n', stderr: '' };

test('health finds the server of its data folder: port, scheme and certificate, as in an image', async (t) => {
  const { folder } = await serve(t, '--configure-https');
  t.like(await ask({ DUPLICATI_HOME: folder }), HEALTHY);
  t.like(await ask({}, `--server-datafolder=${folder}`), HEALTHY);
  const plain = await serve(t);
  t.like(await ask({ DUPLICATI_HOME: plain.folder, DUPLICATI__WEBSERVICE_PORT: '1' }), HEALTHY);
});

test('a server that shows another certificate than that of the data folder is not healthy, nor one that nobody vouches for', async (t) => {
  const [one, two] = [await serve(t, '--configure-https'), await serve(t, '--configure-https')];
  const wrong = await ask({ DUPLICATI_HOME: one.folder }, `--hosturl=https://127.0.0.1:${two.port}`);
  t.is(wrong.code, 1);
  t.regex(wrong.stdout, /Server is unhealthy: /);
  const empty = path.join(await makeFolder(t), 'data');
  await mkdir(empty, { mode: 0o700 });
  const stranger = await ask({ DUPLICATI_HOME: empty }, `--hosturl=https://127.0.0.1:${two.port}`);
  t.is(stranger.code, 1);
  t.regex(
    stranger.stdout,
    /no authority that this system trusts vouches for it \(see "duplicati-server https trust"\)/,
  );
  // A certificate that others could have put there is not believed.
  await cp(path.join(two.folder, 'https-certificate.pem'), path.join(empty, 'https-certificate.pem'));
  await chmod(path.join(empty, 'https-certificate.pem'), 0o644);
  t.is((await ask({ DUPLICATI_HOME: empty }, `--hosturl=https://127.0.0.1:${two.port}`)).code, 1);
  await chmod(path.join(empty, 'https-certificate.pem'), 0o600);
  t.like(await ask({ DUPLICATI_HOME: empty }, `--hosturl=https://127.0.0.1:${two.port}`), HEALTHY);
});

test('an authority that the machine trusts vouches for a server by its names', async (t) => {
  const { folder, port } = await serve(t, '--configure-https');
  const env = { DUPLICATI_HOME: '/nowhere', NODE_EXTRA_CA_CERTS: path.join(folder, 'https-authority.pem') };
  t.like(await ask(env, `--hosturl=https://localhost:${port}`), HEALTHY);
});

test('asked by http, a server of https is said to be one; the desktop attaches to it', async (t) => {
  const { folder, port } = await serve(t, '--configure-https');
  const plain = await ask({ DUPLICATI_HOME: folder }, `--hosturl=http://127.0.0.1:${port}`);
  t.is(plain.stdout, 'Server is unhealthy: it answered with status 400; it may be reached with https:// alone\n');
  const tray = await runProgram('duplicati', ['--no-hosted-server'], { DUPLICATI_HOME: folder });
  t.is(tray.code, 0);
  t.is(tray.stdout, `Open in a browser: https://127.0.0.1:${port}/\n`);
});
