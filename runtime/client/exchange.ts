import { Agent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Side } from './socket-owner.ts';

/** What goes over one connection to a server. */
export interface Message {
  method: string;
  /** Path and query. */
  target: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** A connection that is made once: what was found out about the other side holds for all that goes over it. */
export interface Connection {
  send(message: Message): Promise<Answer>;
  /** Both sides, once something was sent. */
  sides(): { other: Side; ours: Side };
  close(): void;
}

/** Judges the certificate of a server; @returns why it is refused, in words. */
export type JudgeCertificate = (socket: TLSSocket) => string | undefined;

/** Milliseconds to wait for an answer. */
const PATIENCE = 60_000;
/** Most bytes of an answer. */
const LARGEST = 64 * 1024 * 1024;

/** Opens a connection to a URL, or to a socket of this machine. node:http: it follows no redirection and asks no proxy. */
export function openConnection(to: URL | string, judge?: JudgeCertificate): Connection {
  const url = typeof to === 'string' ? new URL('http://localhost/') : to;
  const isTls = url.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = isTls ? new TlsAgent({ ...options, rejectUnauthorized: judge === undefined }) : new Agent(options);
  let only: Socket | undefined;
  if (!isTls) {
    // A second connection could end at another program, which has proved nothing.
    agent.createConnection = () => {
      if (only) throw new Error('the server closed the connection');
      only =
        typeof to === 'string' ? connect({ path: to }) : connect({ host: bareHost(url), port: Number(url.port || 80) });
      return only;
    };
  }
  const send = (message: Message) =>
    new Promise<Answer>((resolve, reject) => {
      const body = message.body === undefined ? undefined : Buffer.from(JSON.stringify(message.body));
      const settings: RequestOptions = {
        agent,
        method: message.method,
        host: bareHost(url),
        port: url.port || (isTls ? 443 : 80),
        path: message.target,
        signal: AbortSignal.timeout(PATIENCE),
        headers: {
          Accept: 'application/json',
          'User-Agent': 'duplicati-server-util',
          Host: url.host,
          ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
          ...message.headers,
        },
      };
      const request = (isTls ? requestHttps : requestHttp)(settings, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      request.on('error', reject);
      if (!isTls || !judge) {
        request.end(body);
        return;
      }
      request.on('socket', (socket) => {
        const tls = socket as TLSSocket; // an https request's
        const begin = () => {
          const problem = judge(tls);
          if (problem === undefined) request.end(body);
          else request.destroy(new Error(problem));
        };
        if (!request.reusedSocket) tls.once('secureConnect', begin);
        else begin();
      });
    });
  return {
    send,
    sides: () => ({
      other: { address: only?.remoteAddress ?? '', port: only?.remotePort ?? 0 },
      ours: { address: only?.localAddress ?? '', port: only?.localPort ?? 0 },
    }),
    close: () => agent.destroy(),
  };
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    length += part.length;
    if (length > LARGEST) {
      response.destroy();
      throw new Error('the answer is too long');
    }
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
}
