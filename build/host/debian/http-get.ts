import http from 'node:http';
import https from 'node:https';
import { PackwrightError } from '../../model/errors.ts';
import type { ProxyOf } from './apt-proxy.ts';

export interface GetOptions {
  /** Longer answers are refused. Bytes. */
  maxBytes: number;
  /** What apt says; the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY where it says nothing. */
  proxyOf?: ProxyOf;
  env?: NodeJS.ProcessEnv;
  /** Seconds without a byte before it is given up. Default 60. */
  idleSeconds?: number;
}

/** The server has no such file; anything else that goes wrong is a PackwrightError. */
export const MISSING = Symbol('missing');

const MOST_REDIRECTS = 5;
const ATTEMPTS = 3;

/** Fetches a file whole. Tries again when the connection breaks or the server is in trouble. */
export async function getUrl(url: string, options: GetOptions): Promise<Buffer | typeof MISSING> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await getFollowing(new URL(url), options);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (attempt === ATTEMPTS || error instanceof PackwrightError) throw asFailure(url, error);
    }
  }
}

function asFailure(url: string, error: Error): PackwrightError {
  if (error instanceof PackwrightError) return error;
  return new PackwrightError(showUrl(url), `cannot be fetched: ${error.message}`, 'check the network', error);
}

async function getFollowing(start: URL, options: GetOptions): Promise<Buffer | typeof MISSING> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await getOnce(url, options);
    if (!(answer instanceof URL)) return answer;
    if (answer.protocol !== 'https:' && (answer.protocol !== 'http:' || url.protocol === 'https:')) {
      throw new PackwrightError(showUrl(url), `it redirects to ${answer.protocol}`, 'use another mirror');
    }
    url = answer;
  }
  throw new PackwrightError(showUrl(start), 'it redirects without end', 'use another mirror');
}

function getOnce(url: URL, options: GetOptions): Promise<Buffer | URL | typeof MISSING> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | URL | typeof MISSING>();
  const where = showUrl(url);
  const auth =
    url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` };
  const settings = {
    agent: agentFor(url, options),
    headers: { 'user-agent': 'packwright', 'accept-encoding': 'identity' },
    timeout: (options.idleSeconds ?? 60) * 1000,
    ...auth,
  };
  const request = (url.protocol === 'https:' ? https : http).get(url, settings, (response) => {
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url)) {
      response.resume();
      return resolve(new URL(location, url));
    }
    if (status === 404 || status === 410) {
      response.resume();
      return resolve(MISSING);
    }
    if (status !== 200) {
      response.resume();
      const what = `the server answers ${status}`;
      return reject(status >= 500 ? new Error(what) : new PackwrightError(where, what, 'use another mirror'));
    }
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > options.maxBytes) {
        reject(new PackwrightError(where, `it is longer than ${options.maxBytes} bytes`, 'use another mirror'));
        request.destroy();
      } else chunks.push(chunk);
    });
    response.on('end', () => resolve(Buffer.concat(chunks)));
    response.on('aborted', () => reject(new Error('the connection broke off')));
    response.on('error', reject);
  });
  request.on('timeout', () => request.destroy(new Error('the server fell silent')));
  request.on('error', reject);
  return promise;
}

function agentFor(url: URL, { proxyOf, env = process.env }: GetOptions): http.Agent {
  // No proxy reaches what this machine means by its own name.
  const said = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname) ? 'DIRECT' : proxyOf?.(url);
  const proxyEnv = said === undefined ? env : said === 'DIRECT' ? {} : { HTTP_PROXY: said, HTTPS_PROXY: said };
  return url.protocol === 'https:' ? new https.Agent({ proxyEnv }) : new http.Agent({ proxyEnv });
}

/** Without user and password. */
export function showUrl(url: string | URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
