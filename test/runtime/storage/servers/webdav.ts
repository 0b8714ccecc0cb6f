import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { freePort, makeIdentity, makeScratch, startServer } from './servers.ts';

/** Apache's WebDAV with the account me:the-secret, and the folder `backups` in it. */
export async function startWebdav(
  t: ExecutionContext,
  { isEncrypted = false, auth = 'Basic' as 'Basic' | 'Digest' } = {},
) {
  const scratch = makeScratch(t);
  const place = (name: string) => path.join(scratch, name);
  const port = await freePort();
  const identity = makeIdentity();
  // Apache as root gives its processes to another account.
  chmodSync(scratch, 0o755);
  for (const name of ['root', 'root/backups', 'root/backups/a ä', 'run']) {
    mkdirSync(place(name));
    chmodSync(place(name), 0o777);
  }
  writeFileSync(place('certificate'), identity.certificate);
  writeFileSync(place('key'), identity.key, { mode: 0o600 });
  writeFileSync(place('basic'), `me:{SHA}${createHash('sha1').update('the-secret').digest('base64')}\n`);
  writeFileSync(place('digest'), `me:backups:${createHash('md5').update('me:backups:the-secret').digest('hex')}\n`);
  const modules =
    'mpm_event dav dav_fs dav_lock auth_basic auth_digest authn_core authn_file authz_core authz_user ssl socache_shmcb';
  const lines = [
    ...modules.split(' ').map((one) => `LoadModule ${one}_module /usr/lib/apache2/modules/mod_${one}.so`),
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    // Linux would hold a connection back until data comes, and loses now and then the first of it until TCP sends it again, half a minute later.
    'AcceptFilter http none',
    'AcceptFilter https none',
    `PidFile ${place('pid')}`,
    `DefaultRuntimeDir ${place('run')}`,
    `Mutex file:${place('run')}`,
    `ErrorLog ${place('log')}`,
    'User www-data',
    'Group www-data',
    'StartServers 1',
    `DocumentRoot ${place('root')}`,
    `DavLockDB ${place('run')}/locks`,
    ...(isEncrypted
      ? ['SSLEngine on', `SSLCertificateFile ${place('certificate')}`, `SSLCertificateKeyFile ${place('key')}`]
      : []),
    `<Directory ${place('root')}>`,
    'Dav On',
    `AuthType ${auth}`,
    'AuthName backups',
    auth === 'Basic' ? `AuthUserFile ${place('basic')}` : `AuthUserFile ${place('digest')}\nAuthDigestProvider file`,
    'Require valid-user',
    '</Directory>',
  ];
  writeFileSync(place('config'), `${lines.join('\n')}\n`);
  await startServer(t, ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-d', scratch, '-f', place('config')], { port });
  return {
    port,
    identity,
    folder: place('root/backups'),
    url: `webdav${isEncrypted ? 's' : ''}://127.0.0.1:${port}/backups`,
    options: {
      'auth-username': 'me',
      'auth-password': 'the-secret',
      ...(isEncrypted ? { 'accept-specified-ssl-hash': identity.hash } : {}),
    } as Record<string, string>,
  };
}
