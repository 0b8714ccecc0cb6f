import { MASK } from './forms.ts';

/** Where a backup goes, in fields; `other` is an address that has none. */
export type Target =
  | { kind: 'file'; path: string }
  | {
      kind: 'ssh' | 'webdav' | 's3';
      server: string;
      path: string;
      user: string;
      password: string;
      hasPassword: boolean;
      host: string;
    }
  | { kind: 'other'; url: string };
export type TargetKind = Target['kind'];

/** Takes an address apart where fields can say all of it. */
export function readTarget(url: string): Target {
  if (url === '') return { kind: 'file', path: '' };
  const [, file] = /^file:\/\/([^?]+)$/s.exec(url) ?? [];
  if (file !== undefined) return { kind: 'file', path: file };
  const [, scheme, server, path = '', query = ''] =
    /^(ssh|webdav|s3):\/\/([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url) ?? [];
  if (server !== undefined && (scheme === 'ssh' || scheme === 'webdav' || scheme === 's3')) {
    const fields = new URLSearchParams(query);
    const password = fields.get('auth-password') ?? '';
    const target: Target = {
      kind: scheme,
      server,
      path,
      user: fields.get('auth-username') ?? '',
      password: '',
      hasPassword: password !== '',
      host: fields.get('s3-server-name') ?? '',
    };
    const known = { ...target, password: password === MASK ? '' : password };
    if (writeTarget(known) === url) return known;
  }
  return { kind: 'other', url };
}

export function writeTarget(target: Target): string {
  if (target.kind === 'other') return target.url.trim();
  if (target.kind === 'file') return `file://${target.path}`;
  const { kind, server, path, user, password, hasPassword, host } = target;
  const query = new Map<string, string>();
  if (kind === 'webdav' || kind === 's3') query.set('use-ssl', 'true');
  if (kind === 's3' && host !== '') query.set('s3-server-name', host);
  if (user !== '') query.set('auth-username', user);
  if (password !== '' || hasPassword) query.set('auth-password', password === '' ? MASK : password);
  const end = [...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${kind}://${server.trim()}${path === '' ? '' : `/${path.replace(/^\/(?!\/)/, '')}`}${end === '' ? '' : `?${end}`}`;
}

/** What a list calls a destination, without anything secret: `ssh: nas.local`. */
export function sayTarget(url: string): string {
  const target = readTarget(url);
  if (target.kind === 'file') return target.path;
  if (target.kind === 'other') return /^[a-z0-9+.-]+/i.exec(url)?.[0] ?? '';
  return `${target.kind}: ${target.server}`;
}

/** The fields of another kind of destination, with what the old one had where both have it. */
export function emptyTarget(kind: TargetKind, old: Target): Target {
  if (kind === 'file') return { kind, path: '' };
  if (kind === 'other') return { kind, url: old.kind === 'file' && old.path === '' ? '' : writeTarget(old) };
  return { kind, server: '', path: '', user: '', password: '', hasPassword: false, host: '' };
}
