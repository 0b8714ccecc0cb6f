import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { readBody } from './body.ts';
import { type Address, type GateRule, isApi, passGate } from './gate.ts';
import { type Caller, Refusal, type Reply, type Route } from './route.ts';
import { compileRoutes, type Found } from './route-table.ts';

/** What a server is made of. */
export interface Site {
  rule: GateRule;
  routes: readonly Route[];
  /** The session that a request proves, if any. */
  findCaller(request: IncomingMessage): Promise<Caller | undefined>;
  /** The session that a token for one operation proves; the token works no more then. */
  takeOperation?(token: string, operation: string): Promise<Caller | undefined>;
  /** A file of the web interface; undefined where there is none. */
  findFile(request: IncomingMessage, address: Address): Reply | undefined | Promise<Reply | undefined>;
  log: Log;
}

/** Headers of every answer: nothing may be kept, framed, guessed or loaded. A file of the web interface brings a policy of its own. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/**
 * Makes the one function that answers requests: gate, then who asks, then the route. What a route throws that is no Refusal is a defect
 * of ours: the log gets it, the client only a number.
 */
export function makeAnswerer(site: Site): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const find = compileRoutes(site.routes);
  return async (request, response) => {
    let address: Address | undefined;
    try {
      address = passGate(request, site.rule);
      send(request, response, await answer(request, address, response), address.foreignOrigin);
    } catch (thrown) {
      const refusal = thrown instanceof Refusal ? thrown : undefined;
      if (!refusal) site.log.error(`${request.method} ${address?.path}: ${messageOf(thrown)}`);
      // Nothing more is read from a connection whose request was not taken whole.
      if (!request.complete || !address) response.shouldKeepAlive = false;
      send(request, response, describeRefusal(request, refusal), address?.foreignOrigin);
    }
  };

  async function answer(request: IncomingMessage, address: Address, response: ServerResponse): Promise<Reply> {
    const { path, query, isSecure, prefix, foreignOrigin } = address;
    if (request.method === 'OPTIONS') return answerPreflight(request, foreignOrigin);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const found = find(method, path);
    const isOpen = found && ('allow' in found ? !isApi(path) : found.route.access === 'everybody');
    if (!found && !isApi(path)) return answerFile(request, address, method);
    const caller = isOpen ? undefined : await findCaller(request, query, found);
    if (!isOpen && !caller) return { status: 401, headers: { 'WWW-Authenticate': challenge(request) } };
    if (!found) return { status: 404 };
    if ('allow' in found) return { status: 405, headers: { Allow: found.allow.join(', ') } };
    const { route, parameters } = found;
    return route.answer({
      parameters,
      query,
      body: route.body ? await readBody(request, route.body, route.largest) : undefined,
      ...(caller ? { caller } : {}),
      cookie: (name) => findCookie(request, name),
      isSecure,
      prefix,
      port: request.socket.localPort ?? 0,
      localAddress: request.socket.localAddress ?? '',
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
      closed: () => closedSignal(response),
    });
  }

  async function findCaller(
    request: IncomingMessage,
    query: URLSearchParams,
    found: Found | undefined,
  ): Promise<Caller | undefined> {
    const access = found && 'route' in found ? found.route.access : 'session';
    if (typeof access === 'string') return site.findCaller(request);
    const token = query.get('token');
    if (token === null) throw new Refusal(400, 'The token for this operation is missing.');
    return site.takeOperation?.(token, access.operation);
  }

  async function answerFile(request: IncomingMessage, address: Address, method: string): Promise<Reply> {
    if (method !== 'GET') throw new Refusal(405, 'This address is only read.', { Allow: 'GET, HEAD' });
    const file = await site.findFile(request, address);
    if (!file) throw new Refusal(404, 'There is nothing at this address.');
    return file;
  }
}

function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.closed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}

/** RFC 6750, section 3. */
function challenge(request: IncomingMessage): string {
  return request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
}

/** The first value of a cookie (RFC 6265, section 5.4). */
function findCookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Pages of another address ask before they send (CORS). Only those that are allowed get an answer with content. */
function answerPreflight(request: IncomingMessage, foreignOrigin: string | undefined): Reply {
  if (foreignOrigin === undefined) return { status: 405, headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' } };
  if (request.headers['access-control-request-method'] === undefined) return { status: 204 };
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': 'authorization, content-type',
      'Access-Control-Max-Age': '600',
    },
  };
}

function describeRefusal(request: IncomingMessage, refusal: Refusal | undefined): Reply {
  const status = refusal?.status ?? 500;
  const message = refusal?.message ?? 'The server failed at this request; its log says why.';
  const headers = refusal?.headers ?? {};
  if (!request.headers.accept?.includes('text/html'))
    return { status, headers, json: { Error: message, Code: status } };
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Duplicati</title><p>${message}</p></html>\n`;
  return { status, headers, text: { type: 'text/html', body } };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply, foreignOrigin?: string): void {
  if (response.headersSent || response.destroyed) return;
  const { type, body } = bodyOf(reply);
  for (const [name, value] of Object.entries({ ...HEADERS, ...corsHeaders(foreignOrigin), ...reply.headers })) {
    response.setHeader(name, value);
  }
  if (body.length > 0) response.setHeader('Content-Type', type);
  if (reply.status !== 304) response.setHeader('Content-Length', body.length);
  response.writeHead(reply.status ?? 200);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function bodyOf({ json, text, bytes }: Reply): { type: string; body: Buffer } {
  if (bytes) return bytes;
  if (text) return { type: `${text.type}; charset=utf-8`, body: Buffer.from(text.body) };
  const body = Buffer.from(json === undefined ? '' : JSON.stringify(json));
  return { type: 'application/json; charset=utf-8', body };
}

function corsHeaders(foreignOrigin: string | undefined): Record<string, string> {
  if (foreignOrigin === undefined) return {};
  return {
    'Access-Control-Allow-Origin': foreignOrigin,
    Vary: 'Origin',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}
