/** Requests to one server over http or https: bodies are streams, certificates are judged before anything is sent. */
import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { codeOf } from '../../errors.ts';
import { explainConnection } from '../connection.ts';
import { StorageError } from '../storage.ts';
import { type CertificateRules, firstConnection, requireTrusted } from '../tls/trust.ts';

export interface Server {
  /** For people. */
  where: string;
  host: string;
  port: number;
  isEncrypted: boolean;
  rules: CertificateRules;
  /** Milliseconds to make a connection and to the first byte of an answer; 0 for none. */
  patience: number;
}

export interface HttpRequest {
  method: string;
  /** Encoded, with its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** With its `content-length` among the headers. */
  body?: Readable | Uint8Array;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Has to be read or destroyed. */
  body: IncomingMessage;
}

export interface HttpClient {
  /** @throws StorageError, `unreachable` where the connection was refused or cut */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** How long a server is waited for that was asked whether it wants the body at all. */
const CONTINUE_WAIT = 2000;
const SOCKETS = 16;

export function createHttpClient(server: Server): HttpClient {
  const agent = server.isEncrypted ? judgingAgent(server) : new Agent({ keepAlive: true, maxSockets: SOCKETS });
  return {
    async send(asked) {
      for (;;) {
        asked.signal.throwIfAborted();
        const attempt = startRequest(server, agent, asked);
        try {
          return await attempt.answer();
        } catch (thrown) {
          attempt.request.destroy();
          if (asked.signal.aborted) throw asked.signal.reason;
          // The server closed a connection that waited to be used again, before it saw this request.
          if (attempt.request.reusedSocket && !attempt.isBodySent() && codeOf(thrown) === 'ECONNRESET') continue;
          throw explainConnection(server.where, thrown);
        }
      }
    },
    close: () => agent.destroy(),
  };
}

function startRequest(server: Server, agent: Agent | HttpsAgent, { method, path, headers, body, signal }: HttpRequest) {
  const { host, port, where, patience } = server;
  const start = server.isEncrypted ? httpsRequest : httpRequest;
  const stream = body === undefined || body instanceof Uint8Array ? undefined : body;
  const request = start({
    host,
    port,
    method,
    path,
    agent,
    signal,
    headers: { 'user-agent': 'duplicati', ...headers, ...(stream ? { expect: '100-continue' } : {}) },
  });
  // Runs but while a body moves, which has a watch of its own.
  const late = () =>
    request.destroy(
      new StorageError('timeout', `${where}: no answer within ${patience / 1000} s; it or the way to it is stuck`),
    );
  let timer: NodeJS.Timeout | undefined;
  const watch = () => {
    clearTimeout(timer);
    if (patience > 0) timer = setTimeout(late, patience);
  };
  watch();
  const answered = new Promise<HttpAnswer>((resolve, reject) => {
    request.once('error', reject);
    request.once('close', () =>
      reject(new StorageError('unreachable', `${where}: the connection was closed before an answer`)),
    );
    request.once('response', (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }),
    );
  });
  answered.catch(() => {}); // thrown by `answer`, unless sending throws first
  let isBodySent = false;
  return {
    request,
    isBodySent: () => isBodySent,
    async answer(): Promise<HttpAnswer> {
      try {
        if (!stream) request.end(body);
        else {
          const early = await askForBody(request, answered);
          if (early) {
            early.body.once('close', () => request.destroy());
            return early;
          }
          isBodySent = true;
          clearTimeout(timer);
          await Promise.race([pipeline(stream, request, { signal }), answered]);
          watch();
        }
        return await answered;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Resolves when the server asks for the body, or says nothing for a while; with its answer where it does not want it. */
async function askForBody(request: ClientRequest, answered: Promise<HttpAnswer>): Promise<HttpAnswer | undefined> {
  request.flushHeaders();
  const go = Promise.withResolvers<undefined>();
  request.once('continue', () => go.resolve(undefined));
  let timer: NodeJS.Timeout | undefined;
  request.once('socket', (socket) => {
    const begin = () => {
      timer = setTimeout(() => go.resolve(undefined), CONTINUE_WAIT);
    };
    if (socket.connecting) socket.once('connect', begin);
    else begin();
  });
  try {
    return await Promise.race([answered, go.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing is sent through a connection before its certificate was judged. */
function judgingAgent({ where, host, rules, patience }: Server): HttpsAgent {
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS });
  // The method that Node's documentation names for this; its own one would not wait for the judgement.
  agent.createConnection = (options, done) => {
    const { port } = options as { port: number }; // what `send` above asks with
    const socket: TLSSocket = tlsConnect({ ...firstConnection(host), port });
    const settle = (thrown: Error | null) => {
      clearTimeout(timer);
      socket.off('error', settle);
      if (thrown) socket.destroy();
      // Node declares a callback that can be left out, and always gives one.
      (done as unknown as (thrown: Error | null, socket?: TLSSocket) => void)(thrown, thrown ? undefined : socket);
    };
    const timer = setTimeout(() => settle(stuck(where, patience)), patience || 2 ** 31 - 1);
    socket.once('error', settle);
    socket.once('secureConnect', () => {
      try {
        requireTrusted(socket, where, rules);
        settle(null);
      } catch (thrown) {
        settle(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
    return undefined;
  };
  return agent;
}

function stuck(where: string, patience: number): StorageError {
  return new StorageError(
    'timeout',
    `${where}: no connection within ${patience / 1000} s; it or the way to it is stuck`,
  );
}

/** The text of an answer, at most so many bytes of it. @throws StorageError for a longer one */
export async function readText(body: AsyncIterable<Uint8Array>, most: number, where: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > most) throw new StorageError('failed', `${where}: its answer has more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
