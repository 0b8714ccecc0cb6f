/** A bucket of Amazon S3, or of a server that speaks its protocol (Amazon S3 API Reference, 2006-03-01). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Opening } from '../backends.ts';
import { explainConnection } from '../connection.ts';
import { readDestinationUrl } from '../destination-url.ts';
import { createHttpClient, type HttpAnswer, readText } from '../http/http.ts';
import { readBackendOptions } from '../options/options.ts';
import { requireName, type Storage, StorageError } from '../storage.ts';
import { readCertificateRules } from '../tls/trust.ts';
import { readEndpoint } from './endpoint.ts';
import { explainS3 } from './errors.ts';
import { readPage } from './list.ts';
import { S3_OPTIONS } from './options.ts';
import { encodeKey, signRequest } from './sign.ts';

const EMPTY = createHash('sha256').digest('hex');
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const MOST_XML = 1 << 20;

interface Asked {
  method: string;
  /** Of the bucket; undefined is the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  /** SHA-256 in hexadecimal digits, or that there is none. */
  payload?: string;
  body?: Parameters<ReturnType<typeof createHttpClient>['send']>[0]['body'];
}

/** @throws StorageError `invalid` */
export async function openS3Storage({ url, options, transfers }: Opening): Promise<Storage> {
  const address = readDestinationUrl(url);
  const given = readBackendOptions('s3://', S3_OPTIONS, address.options, options);
  const endpoint = readEndpoint(address.host, given);
  const user = address.user ?? given.text('aws-access-key-id') ?? process.env.AUTH_USERNAME;
  const secret = address.password ?? given.text('aws-secret-access-key') ?? process.env.AUTH_PASSWORD;
  if (!user || !secret)
    throw new StorageError(
      'invalid',
      `s3://${address.host}: there is no access key; give --aws-access-key-id and --aws-secret-access-key`,
    );
  const prefix = address.path.replace(/^\/+|\/+$/g, '');
  const folder = prefix === '' ? '' : `${prefix}/`;
  const name = `s3://${address.host}/${prefix}`;
  const http = createHttpClient({
    where: name,
    host: endpoint.connect,
    port: endpoint.port,
    isEncrypted: endpoint.isEncrypted,
    rules: readCertificateRules(given),
    patience: given.span('short-timeout'),
  });
  const isSigned = !given.flag('s3-disable-payload-signing');
  const storageClass = given.text('s3-storage-class');
  const isSecond = given.text('s3-list-api-version') === 'v2';

  const send = ({
    method,
    key,
    query = {},
    headers = {},
    payload = EMPTY,
    body,
    signal,
  }: Asked): Promise<HttpAnswer> => {
    const words = Object.entries(query).map(([one, value]) => `${encodeURIComponent(one)}=${encodeKey(value)}`);
    const path = `${endpoint.root}${key === undefined ? '' : `/${encodeKey(key, '/')}`}` || '/';
    const whole = words.length === 0 ? path : `${path}?${words.join('&')}`;
    const signed = signRequest(
      { method, path: whole, host: endpoint.hostHeader, headers: { ...headers, 'x-amz-content-sha256': payload } },
      { user, secret, region: endpoint.region },
    );
    return http.send({ method, path: whole, headers: signed, signal, ...(body === undefined ? {} : { body }) });
  };
  /** An answer that says yes, its body unread. @throws StorageError */
  const ask = async (what: string, asked: Asked): Promise<HttpAnswer> => {
    const answer = await send(asked);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const text = await readText(answer.body, MOST_XML, name).catch(() => '');
    throw explainS3(`${name}: ${what}`, answer.status, text, endpoint.region);
  };
  const drain = (answer: HttpAnswer) => void answer.body.on('error', () => {}).resume();

  return {
    name,
    async *list(signal) {
      for (let next: string | undefined = ''; next !== undefined; ) {
        const start: Record<string, string> = isSecond
          ? { 'list-type': '2', ...(next === '' ? {} : { 'continuation-token': next }) }
          : next === ''
            ? {}
            : { marker: next };
        const answer = await ask('it cannot be listed', {
          method: 'GET',
          query: { delimiter: '/', 'encoding-type': 'url', ...(folder === '' ? {} : { prefix: folder }), ...start },
          signal,
        });
        const page = await readPage(answer.body, folder, name).catch((thrown) => {
          throw explainConnection(name, thrown);
        });
        yield* page.entries;
        if (page.next === next) throw new StorageError('failed', `${name}: its list does not end`);
        next = page.next;
      }
    },
    async put(as, file, signal) {
      requireName(as, name);
      const payload = isSigned ? await hashOf(file, signal) : UNSIGNED;
      await transfers.upload(`${name}: upload of ${as}`, file, signal, async (body, size, inner) => {
        const answer = await ask(`${as} cannot be written`, {
          method: 'PUT',
          key: folder + as,
          headers: {
            'content-length': `${size}`,
            'content-type': 'application/octet-stream',
            ...(storageClass === undefined ? {} : { 'x-amz-storage-class': storageClass }),
          },
          payload,
          body: size === 0 ? new Uint8Array() : body,
          signal: inner,
        });
        drain(answer);
      });
    },
    async get(as, file, signal) {
      requireName(as, name);
      await transfers.download(`${name}: download of ${as}`, file, signal, async (sink, inner) => {
        const { body } = await ask(`${as} cannot be read`, { method: 'GET', key: folder + as, signal: inner });
        await pipeline(body, sink, { signal: inner }).catch((thrown) => {
          inner.throwIfAborted();
          throw explainConnection(name, thrown);
        });
      });
    },
    async delete(as, signal) {
      requireName(as, name);
      // A deletion says nothing about whether there was something.
      drain(await ask(`${as} is not there`, { method: 'HEAD', key: folder + as, signal }));
      drain(await ask(`${as} cannot be deleted`, { method: 'DELETE', key: folder + as, signal }));
    },
    async createFolder(signal) {
      const there = await send({ method: 'HEAD', signal });
      drain(there);
      if (there.status === 200) return;
      const region = given.text('s3-location-constraint');
      const text = region
        ? `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${escapeText(region)}</LocationConstraint></CreateBucketConfiguration>`
        : '';
      const body = Buffer.from(text);
      const answer = await send({
        method: 'PUT',
        headers: { 'content-length': `${body.length}` },
        payload: createHash('sha256').update(body).digest('hex'),
        body,
        signal,
      });
      const said = await readText(answer.body, MOST_XML, name);
      const isMine = answer.status === 409 && said.includes('BucketAlreadyOwnedByYou');
      if (answer.status >= 300 && !isMine)
        throw explainS3(`${name}: the bucket cannot be made`, answer.status, said, endpoint.region);
    },
    quota: async () => undefined,
    close: async () => http.close(),
  };
}

async function hashOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(part);
  return hash.digest('hex');
}

function escapeText(text: string): string {
  return text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
