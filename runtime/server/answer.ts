import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HostRule, isAllowedHost } from './host.ts';

/** One answer: texts are fixed, nothing a request holds is ever repeated. */
interface Answer {
  status: number;
  text: string;
  allow?: string;
}

const HEALTHY = '{"status":"healthy"}';

const REFUSED_HOST: Answer = {
  status: 403,
  text: 'This host name is not allowed. Use localhost or an IP address, or add the name with the option --webservice-allowed-hostnames.',
};
const BAD_HOST: Answer = {
  status: 400,
  text: 'A request needs exactly one Host header and a path that begins with a slash.',
};
const BAD_METHOD: Answer = { status: 405, text: 'Only GET and HEAD are answered.', allow: 'GET, HEAD' };
const NO_BODY: Answer = { status: 413, text: 'No request body is accepted.' };
const NOT_FOUND: Answer = {
  status: 404,
  text: 'The server runs. Its web interface and API come with a later release; until then it answers /health.',
};

/** Headers of every answer: nothing may be kept, framed, guessed or loaded. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Answers one request: first whom it is addressed to, then how it asks, then what for. */
export function answerRequest(request: IncomingMessage, response: ServerResponse, rule: HostRule): void {
  const refusal = judgeRequest(request, rule);
  if (refusal) {
    response.shouldKeepAlive = false;
    send(request, response, refusal);
  } else if (pathOf(request) === '/health') sendText(request, response, 200, 'application/json', HEALTHY);
  else send(request, response, NOT_FOUND);
}

function judgeRequest(request: IncomingMessage, rule: HostRule): Answer | undefined {
  const hosts = request.headersDistinct.host ?? [];
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) return BAD_HOST;
  if (!isAllowedHost(host, rule)) return REFUSED_HOST;
  if (!request.url?.startsWith('/')) return BAD_HOST; // the absolute form carries a second host
  if (request.method !== 'GET' && request.method !== 'HEAD') return BAD_METHOD;
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || length !== '0' ? NO_BODY : undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!;
}

function send(request: IncomingMessage, response: ServerResponse, { status, text, allow }: Answer): void {
  if (allow) response.setHeader('Allow', allow);
  if (request.headers.accept?.includes('text/html')) {
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Duplicati</title><p>${text}</p></html>\n`;
    sendText(request, response, status, 'text/html', page);
  } else sendText(request, response, status, 'application/json', JSON.stringify({ Error: text, Code: status }));
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
