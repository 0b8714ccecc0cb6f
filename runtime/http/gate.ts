import type { IncomingMessage } from 'node:http';
import { type HostRule, isAllowedHost } from './host-rule.ts';
import { Refusal } from './route.ts';

/** Whom and what the server answers. */
export interface GateRule {
  host: HostRule;
  /** Origins of web pages elsewhere that may call the API, such as `https://app.example`; in lower case, `*` stands for any. */
  origins: ReadonlySet<string>;
  /** True for the address of a reverse proxy whose X-Forwarded headers are believed. */
  isProxy(address: string): boolean;
}

/** A request's own address, as the browser sees it. */
export interface Address {
  /** The path alone, undecoded. */
  path: string;
  query: URLSearchParams;
  isSecure: boolean;
  /** The path below which a reverse proxy shows this server, such as `/backup`; empty without one. */
  prefix: string;
  /** The origin of a web page elsewhere that may read the answer. */
  foreignOrigin?: string;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Most bytes of a path with its query; node:http limits the head as a whole. */
const LONGEST_TARGET = 8192;

const REFUSED_HOST =
  'This host name is not allowed. Use localhost or an IP address, or add the name with the option --webservice-allowed-hostnames.';
const BAD_HOST = 'A request needs exactly one Host header and a path that begins with a slash.';
const FOREIGN_PAGE =
  'This request comes from a web page of another address, which may not use this server. Allow it with the option --webservice-cors-origins.';

/**
 * Judges a request before anything else looks at it: whom it is addressed to, then how it asks and which page sent it, then what it
 * brings. Whether it may call a route is judged after that, when the token is known.
 * @throws Refusal
 */
export function passGate(request: IncomingMessage, rule: GateRule): Address {
  const { host, isSecure, prefix } = judgeHost(request, rule);
  const target = request.url ?? '';
  const cut = target.indexOf('?');
  const path = cut < 0 ? target : target.slice(0, cut);
  if (!METHODS.has(request.method ?? ''))
    throw new Refusal(405, 'This method is not answered.', { Allow: 'GET, HEAD' });
  const foreignOrigin = judgeOrigin(request, rule, `${isSecure ? 'https' : 'http'}://${host}`, isApi(path));
  judgeBody(request);
  const query = new URLSearchParams(cut < 0 ? '' : target.slice(cut + 1));
  return { path, query, isSecure, prefix, ...(foreignOrigin === undefined ? {} : { foreignOrigin }) };
}

/** True for paths that are not files: what a page of another address has no business with. */
export function isApi(path: string): boolean {
  return /^\/(api|notifications)(\/|$)/i.test(path);
}

function judgeHost(request: IncomingMessage, rule: GateRule): { host: string; isSecure: boolean; prefix: string } {
  const hosts = request.headersDistinct.host ?? [];
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) throw new Refusal(400, BAD_HOST);
  if (!isAllowedHost(host, rule.host)) throw new Refusal(403, REFUSED_HOST);
  // The absolute form carries a second host, and "//host/" is one to some parsers.
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.startsWith('//')) throw new Refusal(400, BAD_HOST);
  if (target.length > LONGEST_TARGET) throw new Refusal(414, 'The address of this request is too long.');
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  if (!rule.isProxy(request.socket.remoteAddress ?? ''))
    return { host: host.toLowerCase(), isSecure: isEncrypted, prefix: '' };
  const named = request.headers['x-forwarded-host'];
  if (typeof named === 'string' && !isAllowedHost(named, rule.host)) throw new Refusal(403, REFUSED_HOST);
  return {
    host: (typeof named === 'string' ? named : host).toLowerCase(),
    // How the browser reaches the proxy, where it says so; how the proxy reaches us is another matter.
    isSecure: (request.headers['x-forwarded-proto'] ?? (isEncrypted ? 'https' : '')) === 'https',
    // The second name is for proxies that fill the first with something else.
    prefix: readPrefix(request.headers['x-forwarded-prefix'] || request.headers['x-forwarded-prefix-alt']),
  };
}

/** What stands in a page and a cookie has no sign that means something there. */
function readPrefix(named: string | string[] | undefined): string {
  const path = typeof named === 'string' ? named.replace(/\/+$/, '') : '';
  return /^(\/[\w.~-]{1,100}){1,10}$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) ? path : '';
}

/**
 * What changes something, and everything of the API, must not come from a page of another address (cross-site request forgery,
 * cross-site script inclusion). Browsers say so in Sec-Fetch-Site (Fetch Metadata), older ones in Origin; programs send neither, and
 * hold no cookies.
 * @returns the other page's origin where it is allowed.
 */
function judgeOrigin(request: IncomingMessage, rule: GateRule, own: string, api: boolean): string | undefined {
  const isHarmless = (request.method === 'GET' || request.method === 'HEAD') && request.headers.upgrade === undefined;
  if (isHarmless && !api) return undefined;
  const { origin } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== own) {
    const isAllowed = origin !== 'null' && (rule.origins.has('*') || rule.origins.has(origin.toLowerCase()));
    if (!isAllowed) throw new Refusal(403, FOREIGN_PAGE);
    return origin;
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Refusal(403, FOREIGN_PAGE);
  return undefined;
}

/** A body is JSON with a known length or in chunks, never both (RFC 9112, section 6.1); what else browsers can send unasked is refused. */
function judgeBody(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': coding, 'content-type': type } = request.headers;
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || length !== undefined))
    throw new Refusal(400, 'A request body has either a Content-Length or the transfer coding "chunked".');
  const hasBody = coding !== undefined || (length !== undefined && Number(length) !== 0);
  if (!hasBody) return;
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS')
    throw new Refusal(413, 'No request body is accepted with this method.');
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type ?? ''))
    throw new Refusal(415, 'A request body must be JSON (Content-Type: application/json).');
  if (!/^(identity)?$/i.test(request.headers['content-encoding'] ?? ''))
    throw new Refusal(415, 'A request body must be sent as it is, without a Content-Encoding.');
}
