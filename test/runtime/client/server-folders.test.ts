import path from 'node:path';
import test from 'ava';
import { findServer } from '../../../runtime/client/client.ts';
import { findServerFolders } from '../../../runtime/client/server-folders.ts';
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
