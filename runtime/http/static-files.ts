import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { codeOf } from '../errors.ts';
import type { Address } from './gate.ts';
import { foreignPolicy, OWN_POLICY, rewriteBase } from './page-policy.ts';
import type { Reply } from './route.ts';
import type { WebFiles } from './web-files.ts';

/** What a browser is told about files, by their ends. Others are bytes, to be saved. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const COMPRESSED = /^(text\/|application\/(json|manifest|wasm)|image\/(svg|x-icon))/;
/** As esbuild and others name files after their bytes: `main-QEZ4SKCV.js`. */
const HAS_DIGEST = /[-.][A-Z0-9]{8}\.(m?js|css|svg|png|jpg|webp|ico|woff2?|webmanifest)$/;
/** Bytes of all files that are kept in memory, in every form. */
const MOST_KEPT = 32 * 1024 * 1024;

/** A web interface: its files and how they are shown. */
export interface WebSite {
  files: WebFiles;
  /** Paths below which a client has routes of its own, without a slash at the end: what is not a file there is its page. */
  spaPaths: readonly string[];
  /** Paths that stand for the first page, such as `/signin.html`. */
  alsoFirst?: readonly string[];
  /** False: pages of somebody else, which may be framed nowhere but may hold scripts and styles of their own. */
  isOwn: boolean;
}

/** Undefined where there is no file. */
export type FindFile = (request: IncomingMessage, address: Address) => Promise<Reply | undefined>;

interface Held {
  body: Buffer;
  type: string;
  tag: string;
  policy: string;
  coded: Map<string, Promise<Buffer>>;
}

/**
 * Answers requests for files. Only names from the list that was made at the start are known, so that no path, however it is written,
 * leads elsewhere.
 */
export function serveFiles({ files, spaPaths, alsoFirst = [], isOwn }: WebSite): FindFile {
  const held = new Map<string, Held>();
  let kept = 0;

  async function hold(name: string, base: string | undefined): Promise<Held> {
    const key = `${name}\0${base ?? ''}`;
    const found = held.get(key);
    if (found) return found;
    const read = await files.read(name);
    const type = TYPES[path.posix.extname(name).toLowerCase()] ?? 'application/octet-stream';
    const isPage = type.startsWith('text/html');
    const body = isPage && base !== undefined ? Buffer.from(rewriteBase(read.toString('utf8'), base)) : read;
    const tag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const policy = isOwn ? OWN_POLICY : foreignPolicy(isPage ? body.toString('utf8') : '');
    const one = { body, type, tag, policy, coded: new Map() };
    if (kept + body.length < MOST_KEPT) held.set(key, one);
    kept += body.length;
    return one;
  }

  /** The name of the file that a path stands for, and the base of its page where a client has routes of its own. */
  function locate(place: string): { name: string; base?: string } | undefined {
    const name = alsoFirst.includes(place) ? 'index.html' : place.slice(1);
    const spa = spaPaths.find((one) => place === one || place.startsWith(`${one}/`));
    const page = spa === undefined ? undefined : `${spa}/index.html`.slice(1);
    if (files.names.has(name) && name !== page) return { name };
    const index = place.endsWith('/') ? `${name}index.html` : undefined;
    if (index !== undefined && index !== page && files.names.has(index)) return { name: index };
    // A picture or script that is missing is missing; everything else is a route of the client.
    if (page === undefined || !files.names.has(page) || (name !== page && /\.\w+$/.test(name))) return undefined;
    return { name: page, base: `${spa}/` };
  }

  return async (request, address) => {
    const place = decodePath(address.path);
    const found = place === undefined ? undefined : locate(place);
    if (!found) return redirectHome(place, address.prefix);
    const base = found.base === undefined ? undefined : `${address.prefix}${found.base}`;
    const file = await hold(found.name, isOwn ? undefined : base).catch((thrown) => {
      if (codeOf(thrown) === 'ENOENT') return undefined; // it was taken away since the start
      throw thrown;
    });
    if (!file) return undefined;
    const coding = COMPRESSED.test(file.type) ? pickCoding(request) : undefined;
    const tag = `"${file.tag}${coding ? `-${coding}` : ''}"`;
    const headers = {
      'Cache-Control': HAS_DIGEST.test(found.name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': file.policy,
      ETag: tag,
      Vary: 'Accept-Encoding',
      ...(coding ? { 'Content-Encoding': coding } : {}),
    };
    if (isKnown(request, tag)) return { status: 304, headers };
    return { headers, bytes: { type: file.type, body: coding ? await encode(file, coding) : file.body } };
  };

  /** The start of a web client that lives below a path of its own. */
  function redirectHome(place: string | undefined, prefix: string): Reply | undefined {
    const home = spaPaths.find((one) => files.names.has(`${one}/index.html`.slice(1)));
    return place === '/' && home ? { status: 302, headers: { Location: `${prefix}${home}/` } } : undefined;
  }
}

/** A path with its escapes resolved once; undefined when that is no path of ours in any reading. */
function decodePath(text: string): string | undefined {
  try {
    const place = decodeURIComponent(text);
    const isPlain = !/[\x00-\x1f\x7f\\]/.test(place) && !place.split('/').some((step) => step.startsWith('.'));
    return isPlain ? place : undefined;
  } catch {
    return undefined;
  }
}

/** What both sides know, the smaller first (RFC 9110, section 12.5.3, without weights but zero). */
function pickCoding(request: IncomingMessage): 'br' | 'gzip' | undefined {
  const asked = String(request.headers['accept-encoding'] ?? '').toLowerCase();
  const words = asked.split(',').map((one) => one.replaceAll(' ', ''));
  const takes = (coding: string) =>
    words.some((one) => one === coding || (one.startsWith(`${coding};q=`) && !/;q=0(\.0*)?$/.test(one)));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : undefined;
}

/** Compressed once and kept with the file. */
function encode(file: Held, coding: 'br' | 'gzip'): Promise<Buffer> {
  const found = file.coded.get(coding);
  if (found) return found;
  const made =
    coding === 'gzip'
      ? promisify(gzip)(file.body, { level: 9 })
      : promisify(brotliCompress)(file.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  file.coded.set(coding, made);
  return made;
}

/** If-None-Match (RFC 9110, section 13.1.2), compared weakly. */
function isKnown(request: IncomingMessage, tag: string): boolean {
  const sent = request.headers['if-none-match'] ?? '';
  return sent.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
