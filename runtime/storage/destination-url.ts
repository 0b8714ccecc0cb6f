/** Addresses of destinations in Duplicati's form: `scheme://user:password@host:port/path?option=value&option=value`. */
import { StorageError } from './storage.ts';

export interface DestinationUrl {
  /** In lower case. */
  scheme: string;
  user?: string;
  password?: string;
  /** Of a bucket or remote: its name. An IPv6 address is without its brackets. */
  host: string;
  port?: number;
  /** Decoded, without the slash before it. */
  path: string;
  /** Decoded, names in lower case. */
  options: Readonly<Record<string, string>>;
}

const MOST = 65_536;

/** The scheme of an address; `file` for a path. */
export function schemeOf(url: string): string {
  return /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(url)?.[1]?.toLowerCase() ?? 'file';
}

/** @throws StorageError `invalid`, without the address: there may be a password in it */
export function readDestinationUrl(text: string): DestinationUrl {
  const scheme = schemeOf(text);
  const refuse = (why: string) =>
    new StorageError(
      'invalid',
      `the address of the destination (${scheme}://) cannot be read: ${why}; the form is ${scheme}://user@host:port/folder?option=value`,
    );
  if (text.length > MOST) throw refuse(`it has more than ${MOST} characters`);
  const [, rest = ''] = /^[^:]+:\/\/(.*)$/s.exec(text) ?? [];
  if (/[\0\r\n]/.test(rest)) throw refuse('it has more than one line');
  const [place, query] = splitOnce(rest, '?');
  const [authority, path = ''] = splitOnce(place, '/');
  const at = authority.lastIndexOf('@');
  const [user, password] = splitOnce(at < 0 ? '' : authority.slice(0, at), ':');
  const [, bracketed, plain = '', port] =
    /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(authority.slice(at + 1)) ?? [];
  const host = bracketed ?? decode(plain);
  if (host === '') throw refuse('there is no host, or its port is no number');
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) throw refuse(`${port} is no port`);
  return {
    scheme,
    ...(user ? { user: decode(user) } : {}),
    ...(password ? { password: decode(password) } : {}),
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    path: decode(path),
    options: readQuery(query ?? '', refuse),
  };
}

/** Options behind the question mark. @throws what `refuse` makes, for one that is given twice */
export function readQuery(query: string, refuse: (why: string) => StorageError): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [given, value] of new URLSearchParams(query)) {
    const name = given.trim().replace(/^--/, '').toLowerCase();
    if (name === '') continue;
    if (Object.hasOwn(options, name) && options[name] !== value) throw refuse(`the option ${name} is in it twice`);
    Object.defineProperty(options, name, { value, enumerable: true, configurable: true });
  }
  return options;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is one
  }
}
