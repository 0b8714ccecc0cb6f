import { once } from 'node:events';
import { mkdir, rename } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'ava';
import { findServer } from '../../../runtime/client/client.ts';
import { findServerFolders } from '../../../runtime/client/server-folders.ts';
import { writeEndpoint } from '../../../runtime/local/endpoint.ts';
import { doorPath } from '../../../runtime/local/local-door.ts';
import { openServer } from '../api/open-server.ts';
import { makeFolder } from '../run-program.ts';

test('without a named data folder, the person’s own and the one of the service are tried', (t) => {
  const [own, service] = ['/home/ann/.config/Duplicati', '/var/lib/duplicati'];
  t.deepEqual(findServerFolders(undefined, { HOME: '/home/ann' }, 'linux', 1000), [own, service]);
  t.deepEqual(findServerFolders(undefined, { HOME: '/home/ann' }, 'linux', 0), [service, own]); // after sudo
  t.deepEqual(findServerFolders('/given', { DUPLICATI_HOME: '/home' }, 'linux'), ['/given']);
  t.deepEqual(findServerFolders(undefined, { DUPLICATI_HOME: '/data' }, 'linux'), ['/data']);
  const windows = { LOCALAPPDATA: 'C:\\Users\\Ann\\AppData\\Local', ProgramData: 'C:\\ProgramData' };
  t.deepEqual(findServerFolders(undefined, windows, 'win32', 1000), [
    'C:\\Users\\Ann\\AppData\\Local\\Duplicati',
    'C:\\ProgramData\\Duplicati',
  ]);
});

test('of several folders the one whose server answers is used; a named address must be that of its server', async (t) => {
  const { folder, port } = await openServer(t);
  const empty = path.join(await makeFolder(t), 'none');
  const target = { folders: [empty, folder], fallback: new URL('http://127.0.0.1:1'), exitCode: 2 };
  t.is((await findServer({ ...target, url: undefined })).name, `${folder}/server.sock`);
  t.is((await findServer({ ...target, url: undefined }, true)).name, `http://127.0.0.1:${port}/`);
  t.is((await findServer({ ...target, url: new URL(`http://127.0.0.1:${port}`) })).name, `${folder}/server.sock`);
  const named = await findServer({ ...target, url: new URL('http://127.0.0.1:2') });
  t.deepEqual([named.name, named.isLocalDoor], ['http://127.0.0.1:2/', false]);
  const remote = await findServer({ ...target, url: new URL(`http://192.0.2.1:${port}`) });
  t.false(remote.isLocalDoor); // the same port of another machine
  t.is((await findServer({ ...target, folders: [empty], url: undefined })).name, 'http://127.0.0.1:1/');
});

test('the socket of a server that was killed is passed over, and its endpoint file still asks for the proof', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  await mkdir(folder, { mode: 0o700 });
  const stale = createServer().listen(path.join(folder, 'old'));
  await once(stale, 'listening');
  await rename(path.join(folder, 'old'), doorPath(folder));
  stale.close();
  const impostor = createHttpServer((_, response) => response.end('{"AccessToken":"a.b.c"}')).listen(0, '127.0.0.1');
  t.teardown(() => impostor.close());
  await once(impostor, 'listening');
  const bound = impostor.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  writeEndpoint(folder, { scheme: 'http', host: '127.0.0.1', port });
  const server = await findServer({
    folders: [folder],
    url: undefined,
    fallback: new URL('http://127.0.0.1:1'),
    exitCode: 2,
  });
  t.is(server.name, `http://127.0.0.1:${port}/`);
  const message = { method: 'POST', target: '/api/v1/auth/login', body: { Password: 'x' } };
  await t.throwsAsync(server.tell(message), { message: /not the server that this data folder belongs to/ });
});
