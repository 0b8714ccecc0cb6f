/** A folder of an FTP server (RFC 959, RFC 3659; TLS by RFC 4217, or from the first byte on). */
import { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, FTPError } from 'basic-ftp';
import type { Opening } from '../backends.ts';
import { readDestinationUrl } from '../destination-url.ts';
import { readBackendOptions } from '../options/options.ts';
import { requireName, type Storage, StorageError } from '../storage.ts';
import { readCertificateRules } from '../tls/trust.ts';
import type { Transfers } from '../wrap/transfers.ts';
import { AFTP_OPTIONS, FTP_OPTIONS } from './options.ts';
import { createFtpSessions, type FtpServer } from './sessions.ts';

/** Before the name of a file that is not whole yet: lists of Duplicati and ours take no notice of it. */
const TEMPORARY = 'part.';

/** What the options of both kinds come to. */
interface FtpSettings {
  isRelative: boolean;
  useCwd: boolean;
  isVerified: boolean;
  uploadDelay: number;
}

/** @throws StorageError `invalid` */
export async function openFtpStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const address = readDestinationUrl(url);
  const given = readBackendOptions('ftp://', FTP_OPTIONS, address.options, options);
  const mode = given.flag('use-ssl') ? 'Explicit' : (given.text('ftp-encryption-mode') ?? 'None');
  return openFolder(address, transfers, {
    account: [given.text('auth-username'), given.text('auth-password')],
    mode,
    protocols: given.text('ftp-ssl-protocols'),
    connection: given.text('ftp-data-connection-type'),
    rules: readCertificateRules(given),
    patience: Math.max(given.span('short-timeout'), given.span('read-write-timeout')),
    isRelative: !given.flag('ftp-absolute-path'),
    useCwd: given.flag('ftp-use-cwd-names'),
    isVerified: !given.flag('disable-upload-verify'),
    uploadDelay: given.span('ftp-upload-delay'),
  });
}

/** @throws StorageError `invalid` */
export async function openAftpStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const address = readDestinationUrl(url);
  const given = readBackendOptions('aftp://', AFTP_OPTIONS, address.options, options);
  return openFolder(address, transfers, {
    account: [given.text('auth-username'), given.text('auth-password')],
    mode: given.text('aftp-encryption-mode') ?? 'None',
    protocols: given.text('aftp-ssl-protocols'),
    connection: given.text('aftp-data-connection-type'),
    rules: readCertificateRules(given),
    patience: Math.max(given.span('short-timeout'), given.span('read-write-timeout')),
    isRelative: given.flag('aftp-relative-path'),
    useCwd: given.flag('aftp-use-cwd-names'),
    isVerified: !given.flag('disable-upload-verify'),
    uploadDelay: given.span('aftp-upload-delay'),
  });
}

function openFolder(
  address: ReturnType<typeof readDestinationUrl>,
  transfers: Transfers,
  settings: FtpSettings &
    Pick<FtpServer, 'rules' | 'patience'> & {
      account: [string | undefined, string | undefined];
      mode: string;
      protocols: string | undefined;
      connection: string | undefined;
    },
): Storage {
  const { isRelative, useCwd, isVerified, uploadDelay, mode, account } = settings;
  const encryption = mode === 'None' || mode === 'Implicit' ? mode : 'Explicit';
  const standard = encryption === 'Implicit' ? 990 : 21;
  const parts = address.path.split('/').filter((one) => one !== '');
  const shownHost = address.host.includes(':') ? `[${address.host}]` : address.host;
  const port = address.port ?? standard;
  const name = `${address.scheme}://${shownHost}${port === standard ? '' : `:${port}`}/${parts.join('/')}`;
  const sessions = createFtpSessions({
    where: name,
    host: address.host,
    port,
    user: address.user ?? account[0] ?? process.env.AUTH_USERNAME ?? 'anonymous',
    password: address.password ?? account[1] ?? process.env.AUTH_PASSWORD ?? '',
    encryption,
    protocols: readProtocols(settings.protocols),
    connection: settings.connection === 'PASV' || settings.connection === 'EPSV' ? settings.connection : 'AutoPassive',
    rules: settings.rules,
    patience: settings.patience,
  });
  const folderFrom = (start: string) => {
    const above = isRelative ? start.replace(/\/+$/, '') : '';
    return [above, ...parts].join('/') || '/';
  };
  /** The path of a file as this session has to name it. */
  const goTo = async (client: Client, start: string, as: string): Promise<string> => {
    const folder = folderFrom(start);
    if (!useCwd) return folder === '/' ? `/${as}` : `${folder}/${as}`;
    await client.cd(folder);
    return as;
  };
  return {
    name,
    async *list(signal) {
      const entries = await sessions.use('it cannot be listed', signal, async (client, start) => {
        // A folder that is missing is an empty list to some servers, and to others an error here.
        await client.cd(folderFrom(start));
        return client.list();
      });
      for (const entry of entries) {
        if (entry.name === '.' || entry.name === '..' || entry.name.startsWith(TEMPORARY)) continue;
        yield {
          name: entry.name,
          size: entry.size,
          ...(entry.modifiedAt ? { modified: entry.modifiedAt.getTime() } : {}),
          isFolder: entry.isDirectory,
        };
      }
    },
    async put(as, file, signal) {
      requireName(as, name);
      const upload = transfers.upload(`${name}: upload of ${as}`, file, signal, (body, size, inner) =>
        sessions.use(`${as} cannot be written`, inner, async (client, start) => {
          const [place, temporary] = [await goTo(client, start, as), await goTo(client, start, TEMPORARY + as)];
          await client.uploadFrom(size === 0 ? endLater() : body, temporary);
          if (uploadDelay > 0) await wait(uploadDelay, undefined, { signal: inner });
          if (isVerified) {
            const there = await client.size(temporary);
            if (there !== size)
              throw new StorageError(
                'failed',
                `${name}: ${as} has ${there} bytes there and should have ${size}; the upload was cut`,
              );
          }
          await replace(client, temporary, place);
        }),
      );
      try {
        await upload;
      } catch (thrown) {
        if (!isCut(thrown)) await removeHalf(as);
        throw thrown;
      }
    },
    async get(as, file, signal) {
      requireName(as, name);
      await transfers.download(`${name}: download of ${as}`, file, signal, (sink, inner) =>
        sessions.use(`${as} cannot be read`, inner, async (client, start) => {
          const place = await goTo(client, start, as);
          const size = await client.size(place).catch((thrown) => {
            // A server without SIZE.
            if (thrown instanceof FTPError && [500, 502, 504].includes(thrown.code)) return undefined;
            throw thrown;
          });
          const counted = countInto(sink);
          await client.downloadTo(counted.sink, place);
          if (size !== undefined && counted.bytes() !== size)
            throw new StorageError(
              'unreachable',
              `${name}: ${as}: ${counted.bytes()} of ${size} bytes came; the connection was cut`,
            );
        }),
      );
    },
    async delete(as, signal) {
      requireName(as, name);
      await sessions.use(`${as} cannot be deleted`, signal, async (client, start) => {
        await client.remove(await goTo(client, start, as));
      });
    },
    createFolder: (signal) =>
      sessions.use('it cannot be made', signal, async (client, start) => {
        let place = isRelative ? start.replace(/\/+$/, '') : '';
        for (const part of parts) {
          place += `/${part}`;
          try {
            await client.send(`MKD ${place}`);
          } catch (thrown) {
            if (!(thrown instanceof FTPError)) throw thrown;
            // It is there, or cannot be made.
            const isThere = await client.cd(place).then(
              () => true,
              (again) => {
                if (again instanceof FTPError) return false;
                throw again;
              },
            );
            if (!isThere) throw thrown;
          }
        }
        await client.cd(folderFrom(start));
      }),
    quota: async () => undefined,
    close: async () => sessions.close(),
  };

  /** Best effort, in a short time of its own. */
  async function removeHalf(as: string): Promise<void> {
    const signal = AbortSignal.timeout(1500);
    await sessions
      .use('', signal, async (client, start) => client.remove(await goTo(client, start, TEMPORARY + as)))
      .catch(() => {});
  }
}

/** The next try, if there is one, writes over what was left. */
function isCut(thrown: unknown): boolean {
  return thrown instanceof StorageError && (thrown.reason === 'unreachable' || thrown.reason === 'timeout');
}

/** Most servers replace what has the name; the others want it gone first. */
async function replace(client: Client, from: string, to: string): Promise<void> {
  try {
    await client.rename(from, to);
  } catch (thrown) {
    if (!(thrown instanceof FTPError)) throw thrown;
    const wasThere = await client.remove(to).then(
      () => true,
      () => false,
    );
    if (!wasThere) throw thrown;
    await client.rename(from, to);
  }
}

function readProtocols(text: string | undefined): FtpServer['protocols'] {
  const words = new Set((text ?? '').toLowerCase().split(/[,\s]+/));
  const [older, newer] = [words.has('tls12'), words.has('tls13')];
  return { minVersion: newer && !older ? 'TLSv1.3' : 'TLSv1.2', maxVersion: older && !newer ? 'TLSv1.2' : 'TLSv1.3' };
}

/** Nothing at all, after a moment: a TLS server that is left while it still greets takes that for a failure. */
function endLater(): Readable {
  return Readable.from(
    (async function* (): AsyncGenerator<Buffer> {
      yield* [];
      await wait(200);
    })(),
  );
}

/** A data connection that ends early looks like one that ends. */
function countInto(sink: Writable): { sink: Writable; bytes(): number } {
  let bytes = 0;
  const counting = new Writable({
    write(part: Buffer, _encoding, done) {
      bytes += part.length;
      sink.write(part, done);
    },
  });
  return { sink: counting, bytes: () => bytes };
}
