import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { PackwrightError } from '../model/errors.ts';

export interface Expected {
  /** Lower-case hex. Without it nothing is checked here: the caller must. */
  sha256?: string;
  /** The most that is read, in bytes; default 1 GiB: no file fetched for a build comes near it. */
  maxBytes?: number;
}

let followsProxy = false;

/**
 * Fetches a URL into a file, streaming; a user and password in it become an Authorization header. HTTP_PROXY, HTTPS_PROXY and NO_PROXY
 * are followed. It is given up after 60 s without data (PACKWRIGHT_NETWORK_TIMEOUT: other seconds). Nothing is left when it fails.
 * @throws PackwrightError when it cannot be had or is not what was expected.
 */
export async function download(url: string, file: string, expected: Expected = {}): Promise<void> {
  const from = new URL(url);
  const seconds = Number(process.env.PACKWRIGHT_NETWORK_TIMEOUT) || 60;
  const abort = new AbortController();
  const wait = () => setTimeout(() => abort.abort(), seconds * 1000);
  let timer = wait();
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'w');
  const hash = createHash('sha256');
  let size = 0;
  try {
    const response = await request(from, abort.signal);
    if (!response.ok || !response.body) {
      throw new PackwrightError(from.host, `${from.pathname} answers ${response.status}`, 'is it still there?');
    }
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = wait();
      size += chunk.byteLength;
      if (size > (expected.maxBytes ?? 2 ** 30))
        throw new PackwrightError(from.host, `${path.basename(file)} is larger than expected`);
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    const sha256 = hash.digest('hex');
    if (expected.sha256 && sha256 !== expected.sha256) {
      throw new PackwrightError(
        from.host,
        `the SHA-256 of ${from.pathname} is ${sha256}, but ${expected.sha256} is pinned`,
        'do not use it',
      );
    }
    await handle.sync();
    await handle.close();
  } catch (cause) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    if (cause instanceof PackwrightError) throw cause;
    const [why, hint] = abort.signal.aborted
      ? [`no data came for ${seconds} s`, 'check the network, or set PACKWRIGHT_NETWORK_TIMEOUT to more seconds']
      : [reasonOf(cause), 'check the network'];
    throw new PackwrightError(from.host, `${from.pathname} cannot be fetched: ${why}`, hint, cause);
  } finally {
    clearTimeout(timer);
    abort.abort(); // a body that nobody reads would keep the process
  }
}

function request(from: URL, signal: AbortSignal): Promise<Response> {
  // Nodes before 24.14 do not have it; the pinned one, which builds, has.
  if (!followsProxy) http.setGlobalProxyFromEnv?.();
  followsProxy = true;
  const url = new URL(from);
  // As they are: a server that sends an archive as "Content-Encoding: gzip" would have it unpacked.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (url.username || url.password) {
    const name = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(name).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  return fetch(url, { signal, headers, redirect: 'follow' });
}

/** The innermost reason: fetch itself says but "fetch failed" and "terminated". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || (error as NodeJS.ErrnoException).code || error.name; // system errors have a code
}
