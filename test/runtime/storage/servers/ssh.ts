import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { describeHostKey } from '../../../../runtime/storage/ssh/host-key.ts';
import { freePort, makeScratch, startServer } from './servers.ts';

/** OpenSSH's server, with a key that it lets in, and an empty folder. */
export async function startSsh(t: ExecutionContext, { hostKey = 'ed25519' } = {}) {
  const scratch = makeScratch(t);
  const [port, folder] = [await freePort(), path.join(scratch, 'backups')];
  mkdirSync(folder);
  const place = (name: string) => path.join(scratch, name);
  const makeKey = (name: string, type: string, passphrase: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', '', '-f', place(name)]);
  makeKey('host', hostKey, '');
  makeKey('key', 'ed25519', '');
  makeKey('locked', 'ed25519', 'open sesame');
  writeFileSync(place('allowed'), readFileSync(place('key.pub'), 'utf8') + readFileSync(place('locked.pub'), 'utf8'));
  chmodSync(scratch, 0o755);
  const lines = [
    `HostKey ${place('host')}`,
    `AuthorizedKeysFile ${place('allowed')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'PidFile none',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(place('config'), lines.join('\n'));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = await startServer(
    t,
    ['/usr/sbin/sshd', '-D', '-e', '-f', place('config'), '-o', `ListenAddress=127.0.0.1:${port}`],
    { port },
  );
  const [, blob = ''] = readFileSync(place('host.pub'), 'utf8').split(' ');
  const fingerprint = describeHostKey(Buffer.from(blob, 'base64'));
  return {
    server,
    port,
    folder,
    fingerprint,
    place,
    url: `ssh://127.0.0.1:${port}${folder}`,
    options: {
      'auth-username': userInfo().username,
      'ssh-keyfile': place('key'),
      'ssh-fingerprint': fingerprint,
    } as Record<string, string>,
  };
}
