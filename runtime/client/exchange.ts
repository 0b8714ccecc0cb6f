import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Side } from './socket-owner.ts';

/** What goes over a connection to a server. */
export interface Message {
  method: string;
  /** Path and query. */
  target: string;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for the answer; a minute without it. */
  patience?: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A connection that is made once: what was found out about the other side holds for all that goes over it. */
export interface Connection {
  readonly other: Side;
  readonly ours: Side;
  /** @throws Error also when the other side has closed the connection, which is never made again. */
  send(message: Message): Promise<Answer>;
  close(): void;
}

/** Judges the certificate of a server; @returns why it is refused, in words. */
export type JudgeCertificate = (socket: TLSSocket) => string | undefined;

/** Milliseconds to wait for a connection and for an answer. */
const PATIENCE = { connect: 10_000, answer: 60_000 } as const;
/** Most bytes of an answer. */
const LARGEST = 64 * 1024 * 1024;

/**
 * Connects to a URL, or to a socket of this machine by its path. node:http: it follows no redirection and asks no proxy.
 * @param trust what a certificate must be; or who judges it, instead of authorities and names.
 */
export async function openConnection(
  to: URL | string,
  trust: ConnectionOptions | JudgeCertificate = {},
): Promise<Connection> {
  const url = typeof to === 'string' ? new URL('http://localhost/') : to;
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (isTls ? 443 : 80));
  const socket =
    typeof to === 'string'
      ? await waitFor(connect({ path: to }), 'connect')
      : isTls
        ? await encrypt()
        : await waitFor(connect({ host, port }), 'connect');

  async function encrypt(): Promise<Socket> {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const isJudge = typeof trust === 'function';
    const tls = connectTls({
      ...(isJudge ? { rejectUnauthorized: false, minVersion: 'TLSv1.2' } : trust),
      ...name,
      host,
      port,
    });
    await waitFor(tls, 'secureConnect');
    const problem = isJudge ? trust(tls) : undefined;
    if (problem === undefined) return tls;
    tls.destroy();
    throw new Error(problem);
  }

  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });
  let isTaken = false;
  // A second connection could end at another program, which has proved nothing.
  agent.createConnection = (_, callback) => {
    if (!isTaken) {
      isTaken = true;
      return socket;
    }
    process.nextTick(() => callback?.(new Error('the server closed the connection'), socket));
    return undefined;
  };
  const send = (message: Message) =>
    new Promise<Answer>((resolve, reject) => {
      const body = message.body === undefined ? undefined : Buffer.from(JSON.stringify(message.body));
      const settings: RequestOptions = {
        agent,
        method: message.method,
        host,
        port,
        path: message.target,
        signal: AbortSignal.timeout(message.patience ?? PATIENCE.answer),
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
      request.end(body);
    });
  return {
    send,
    other: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    ours: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    close() {
      agent.destroy();
      socket.destroy();
    },
  };
}

/** Waits until a connection is there. */
function waitFor<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    const end = (thrown: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(thrown);
    };
    const timer = setTimeout(() => end(new Error('nothing answers there')), PATIENCE.connect);
    const close = () => end(new Error('the server closed the connection'));
    socket.once('error', end);
    socket.once('close', close);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('close', close);
      socket.off('error', end);
      socket.on('error', () => {}); // while no request is under way; one that is hears of it itself
      resolve(socket);
    });
  });
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
