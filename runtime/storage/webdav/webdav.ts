/** A folder of a WebDAV server (RFC 4918). */
import { pipeline } from 'node:stream/promises';
import type { Opening } from '../backends.ts';
import { explainConnection } from '../connection.ts';
import { readDestinationUrl } from '../destination-url.ts';
import { createHttpClient, type HttpAnswer } from '../http/http.ts';
import { createSignIn } from '../http/sign-in.ts';
import { readXml } from '../http/xml.ts';
import { readBackendOptions } from '../options/options.ts';
import { requireName, type Storage, StorageError, type StorageReason } from '../storage.ts';
import { readCertificateRules } from '../tls/trust.ts';
import { readMultistatus } from './list.ts';
import { WEBDAV_OPTIONS } from './options.ts';

const REASONS: Readonly<Record<number, { reason: StorageReason; why: string }>> = {
  401: { reason: 'denied', why: 'the server does not let this account in (--auth-username, --auth-password)' },
  403: { reason: 'denied', why: 'this account may not do that' },
  404: { reason: 'missing', why: 'it is not there' },
  405: { reason: 'failed', why: 'the server does not do that; is WebDAV switched on there?' },
  409: { reason: 'missing', why: 'the folder is not there' },
  410: { reason: 'missing', why: 'it is not there' },
  423: { reason: 'failed', why: 'somebody has locked it' },
  507: { reason: 'full', why: 'there is no room left' },
};
const ASK_FOR =
  '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentlength/><getlastmodified/><resourcetype/></prop></propfind>';
const ASK_ALL = '<?xml version="1.0"?><propfind xmlns="DAV:"><allprop/></propfind>';
const ASK_QUOTA =
  '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><quota-available-bytes/><quota-used-bytes/></prop></propfind>';

/** @throws StorageError `invalid` */
export async function openWebdavStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const address = readDestinationUrl(url);
  const given = readBackendOptions('webdav://', WEBDAV_OPTIONS, address.options, options);
  const isEncrypted = address.scheme === 'webdavs' || given.flag('use-ssl');
  const port = address.port ?? (isEncrypted ? 443 : 80);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const parts = address.path.split('/').filter((one) => one !== '');
  const name = `webdav${isEncrypted ? 's' : ''}://${host}${address.port === undefined ? '' : `:${port}`}/${parts.join('/')}`;
  const pathOf = (end: readonly string[]) => `/${end.map((one) => encodeURIComponent(one)).join('/')}`;
  const folder = parts.length === 0 ? '/' : `${pathOf(parts)}/`;
  const fileOf = (as: string) => {
    requireName(as, name);
    return `${folder}${encodeURIComponent(as)}`;
  };
  const user = address.user ?? given.text('auth-username') ?? process.env.AUTH_USERNAME;
  const password = address.password ?? given.text('auth-password') ?? process.env.AUTH_PASSWORD;
  const isDigestOnly = given.flag('force-digest-authentication');
  if (isDigestOnly && !user) throw new StorageError('invalid', `${name}: there is no user name; give --auth-username`);
  const http = createHttpClient({
    where: name,
    host: address.host,
    port,
    isEncrypted,
    rules: readCertificateRules(given),
    patience: Math.max(given.span('short-timeout'), given.span('read-write-timeout')),
  });
  const send = createSignIn(http, user ? { user, password: password ?? '', isDigestOnly } : undefined);
  const fail = (what: string, { status, headers }: HttpAnswer): StorageError => {
    const known = REASONS[status];
    if (known) return new StorageError(known.reason, `${name}: ${what}: ${known.why} (status ${status})`);
    if (status >= 300 && status < 400)
      return new StorageError(
        'invalid',
        `${name}: ${what}: the server sends on to another address${headers.location ? ' with another path or scheme' : ''}; give that (status ${status})`,
      );
    return new StorageError('failed', `${name}: ${what}: the server says ${status}`);
  };
  const drain = (answer: HttpAnswer) => void answer.body.on('error', () => {}).resume();
  const ask = async (
    what: string,
    asked: Parameters<typeof send>[0],
    fine: readonly number[] = [],
  ): Promise<HttpAnswer> => {
    const answer = await send(asked);
    if ((answer.status >= 200 && answer.status < 300) || fine.includes(answer.status)) return answer;
    drain(answer);
    throw fail(what, answer);
  };
  const propfind = (what: string, depth: string, text: string, signal: AbortSignal) => {
    const body = Buffer.from(text);
    const headers = { depth, 'content-type': 'application/xml; charset=utf-8', 'content-length': `${body.length}` };
    return ask(what, { method: 'PROPFIND', path: folder, headers, body, signal });
  };
  return {
    name,
    async *list(signal) {
      const { body } = await propfind(
        'it cannot be listed',
        '1',
        given.flag('use-extended-propfind') ? ASK_ALL : ASK_FOR,
        signal,
      );
      const root = parts.length === 0 ? '/' : `/${parts.join('/')}/`;
      yield* await readMultistatus(body, root, name).catch((thrown) => {
        throw explainConnection(name, thrown);
      });
    },
    async put(as, file, signal) {
      const path = fileOf(as);
      let isBegun = false;
      try {
        await transfers.upload(`${name}: upload of ${as}`, file, signal, async (body, size, inner) => {
          isBegun = true;
          const headers = { 'content-length': `${size}`, 'content-type': 'application/octet-stream' };
          drain(
            await ask(`${as} cannot be written`, {
              method: 'PUT',
              path,
              headers,
              body: size === 0 ? new Uint8Array() : body,
              signal: inner,
            }),
          );
        });
      } catch (thrown) {
        // A server may keep what came before the cut. A try that follows replaces it; if none does, it is gone.
        if (isBegun) await remove(path);
        throw thrown;
      }
    },
    async get(as, file, signal) {
      const path = fileOf(as);
      await transfers.download(`${name}: download of ${as}`, file, signal, async (sink, inner) => {
        const { body } = await ask(`${as} cannot be read`, { method: 'GET', path, headers: {}, signal: inner });
        await pipeline(body, sink, { signal: inner }).catch((thrown) => {
          inner.throwIfAborted();
          throw explainConnection(name, thrown);
        });
      });
    },
    async delete(as, signal) {
      drain(await ask(`${as} cannot be deleted`, { method: 'DELETE', path: fileOf(as), headers: {}, signal }));
    },
    async createFolder(signal) {
      // From above: a server makes one folder at a time, and may not show those above what belongs to this account.
      for (let depth = 1; depth <= parts.length; depth++) {
        const isLast = depth === parts.length;
        const path = `${pathOf(parts.slice(0, depth))}/`;
        const answer = await send({ method: 'MKCOL', path, headers: { 'content-length': '0' }, signal });
        drain(answer);
        const isMade = (answer.status >= 200 && answer.status < 300) || answer.status === 405;
        if (!isMade && (isLast || answer.status === 401)) throw fail('it cannot be made', answer);
      }
      drain(await propfind('it cannot be made', '0', ASK_FOR, signal));
    },
    async quota(signal) {
      const answer = await propfind('its free space is not known', '0', ASK_QUOTA, signal);
      const found = new Map<string, number>();
      await readXml(answer.body, name, {
        close(element, text) {
          if (element.startsWith('quota-') && /^\d{1,15}$/.test(text)) found.set(element, Number(text));
        },
      });
      const [free, used] = [found.get('quota-available-bytes'), found.get('quota-used-bytes')];
      return free === undefined ? undefined : { free, total: free + (used ?? 0) };
    },
    close: async () => http.close(),
  };

  /** Best effort, in a short time of its own. */
  async function remove(path: string): Promise<void> {
    const answer = await send({ method: 'DELETE', path, headers: {}, signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    );
    if (answer) drain(answer);
  }
}
