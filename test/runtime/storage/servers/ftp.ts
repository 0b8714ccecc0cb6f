import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { freePort, makeIdentity, makeScratch, startServer } from './servers.ts';

/**
 * ProFTPD with the account me:the-secret, whose sessions begin in a folder with `backups` in it. With TLS it lets nobody in without, and wants
 * data connections to resume the session of the commands.
 * @param host where it listens; a proxy can then be on the same ports of another address
 */
export async function startFtp(
  t: ExecutionContext,
  { tls = 'explicit' as 'none' | 'explicit' | 'implicit', host = '127.0.0.1', passive = [] as number[] } = {},
) {
  const scratch = makeScratch(t);
  const place = (name: string) => path.join(scratch, name);
  const port = await freePort(host);
  const identity = makeIdentity();
  mkdirSync(place('home/backups'), { recursive: true });
  writeFileSync(place('certificate'), identity.certificate, { mode: 0o600 });
  writeFileSync(place('chain'), identity.authority, { mode: 0o600 });
  writeFileSync(place('key'), identity.key, { mode: 0o600 });
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const password = execFileSync('openssl', ['passwd', '-6', 'the-secret'], { encoding: 'utf8' }).trim();
  writeFileSync(place('users'), `me:${password}:${uid}:${gid}::${place('home')}:/bin/sh\n`, { mode: 0o600 });
  const account = (option: string) => execFileSync('id', [option], { encoding: 'utf8' }).trim();
  const lines = [
    'ModulePath /usr/lib/proftpd',
    'LoadModule mod_tls.c',
    'ServerName tests',
    'ServerType standalone',
    'DefaultServer on',
    'SocketBindTight on',
    `DefaultAddress ${host}`,
    `Port ${port}`,
    `User ${account('-un')}`,
    `Group ${account('-gn')}`,
    'UseIPv6 off',
    'UseReverseDNS off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${place('users')}`,
    'RequireValidShell off',
    'RootLogin on',
    'WtmpLog off',
    'TransferLog none',
    `PidFile ${place('pid')}`,
    `ScoreboardFile ${place('scoreboard')}`,
    `DelayTable none`,
    'AllowOverwrite on',
    'ListOptions "-a"',
    'TimeoutLinger 0',
    'MaxInstances 200',
    ...(passive.length > 0 ? [`PassivePorts ${passive[0]} ${passive.at(-1)}`] : []),
    ...(tls === 'none'
      ? []
      : [
          'TLSEngine on',
          `TLSRSACertificateFile ${place('certificate')}`,
          `TLSRSACertificateKeyFile ${place('key')}`,
          `TLSCertificateChainFile ${place('chain')}`,
          'TLSRequired on',
          'TLSProtocol TLSv1.2 TLSv1.3',
          `TLSLog ${place('tls.log')}`,
          ...(tls === 'implicit' ? ['TLSOptions UseImplicitSSL'] : []),
        ]),
  ];
  writeFileSync(place('config'), `${lines.join('\n')}\n`, { mode: 0o600 });
  const server = await startServer(t, ['/usr/sbin/proftpd', '-n', '-c', place('config')], { port, host });
  return {
    server,
    port,
    identity,
    place,
    folder: place('home/backups'),
    url: `ftp://${host}:${port}/backups`,
    options: {
      'auth-username': 'me',
      'auth-password': 'the-secret',
      ...(tls === 'none' ? {} : { 'accept-specified-ssl-hash': identity.hash }),
      ...(tls === 'explicit' ? { 'use-ssl': 'true' } : {}),
      ...(tls === 'implicit' ? { 'ftp-encryption-mode': 'Implicit' } : {}),
    } as Record<string, string>,
  };
}
