import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type GateRule, passGate } from '../http/gate.ts';
import { Refusal } from '../http/route.ts';
import type { Conversation } from './conversation.ts';

export interface SocketNeeds {
  rule: GateRule;
  /** The session that an access token or a token for sockets proves. */
  findSession(token: string): Promise<string | undefined>;
  isAlive(session: string): boolean;
  /** Begins a conversation with whoever holds a session. */
  begin(send: (text: string) => void): Conversation;
}

export interface Sockets {
  /** Takes a connection over whose request asks for a WebSocket (RFC 6455). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Milliseconds that a client has to say who it is, Duplicati's. */
const PATIENCE = 60_000;
/** Between two looks at who is still there and still allowed. */
const LOOK_EVERY = 15_000;
/** Most bytes of a message, and most that may wait to be sent to a client that does not read. */
const LARGEST = 64 * 1024;
const LARGEST_BACKLOG = 8 * 1024 * 1024;
/** Most sockets, and most of those that have not said who they are. */
const MOST = 500;
const MOST_UNKNOWN = 20;
/** Most messages that wait until a token is judged. */
const MOST_HELD = 32;
/** Duplicati's close code for those who are not let in. */
const UNAUTHORIZED = 4401;

interface Client {
  socket: WebSocket;
  session?: string;
  conversation?: Conversation;
  /** What was said behind the token, while it is being judged. */
  held: string[];
  answers: boolean;
}

/** WebSockets at `/notifications`: the same gate as for every request, then a token in the address or in the first message. */
export function openSockets({ rule, findSession, isAlive, begin }: SocketNeeds): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST,
    perMessageDeflate: false,
  });
  const clients = new Set<Client>();
  const unknown = new Set<Client>(); // in order of arrival
  const timer = setInterval(() => {
    for (const client of clients) {
      if (client.session !== undefined && !isAlive(client.session)) client.socket.close(UNAUTHORIZED);
      else if (!client.answers) client.socket.terminate();
      client.answers = false;
      if (client.socket.readyState === client.socket.OPEN) client.socket.ping();
    }
  }, LOOK_EVERY);
  timer.unref();

  const admit = (client: Client, session: string) => {
    unknown.delete(client);
    client.session = session;
    client.conversation = begin((text) => {
      if (!isAlive(session)) client.socket.close(UNAUTHORIZED);
      else if (client.socket.bufferedAmount > LARGEST_BACKLOG) client.socket.terminate();
      else client.socket.send(text);
    });
    for (const text of client.held.splice(0)) client.conversation.hear(text);
  };
  const attend = (socket: WebSocket, session: string | undefined, isRefused: boolean) => {
    const client: Client = { socket, answers: true, held: [] };
    clients.add(client);
    socket.on('error', () => socket.terminate()); // a frame that is none, or too large
    socket.on('pong', () => {
      client.answers = true;
    });
    socket.on('close', () => {
      clients.delete(client);
      unknown.delete(client);
      client.conversation?.end();
    });
    if (isRefused) return socket.close(UNAUTHORIZED);
    let judge: ((token: string) => void) | undefined;
    if (session !== undefined) admit(client, session);
    else judge = expectToken(client);
    socket.on('message', (data) => {
      client.answers = true;
      const text = String(data);
      if (client.conversation) client.conversation.hear(text);
      else if (judge) {
        judge(readToken(text));
        judge = undefined;
      } else if (client.held.push(text) > MOST_HELD) socket.terminate();
    });
  };
  /** @returns what is to be called with the token */
  const expectToken = (client: Client) => {
    unknown.add(client);
    const [oldest] = unknown;
    if (unknown.size > MOST_UNKNOWN) oldest?.socket.terminate();
    const late = setTimeout(() => client.socket.close(UNAUTHORIZED), PATIENCE);
    late.unref();
    client.socket.once('close', () => clearTimeout(late));
    return async (token: string) => {
      const session = await findSession(token);
      clearTimeout(late);
      if (session === undefined) client.socket.close(UNAUTHORIZED);
      else if (client.socket.readyState === client.socket.OPEN) admit(client, session);
    };
  };

  return {
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      try {
        const { path, query } = passGate(request, rule);
        if (!/^\/notifications\/?$/i.test(path)) throw new Refusal(404, 'There is nothing at this address.');
        if (request.method !== 'GET') throw new Refusal(405, 'A WebSocket begins with GET.');
        if (clients.size >= MOST) throw new Refusal(503, 'There are too many connections.');
        const token = query.get('token');
        const session = token === null ? undefined : await findSession(token);
        if (socket.destroyed) return;
        server.handleUpgrade(request, socket, head, (opened) => {
          attend(opened, session, token !== null && session === undefined);
        });
      } catch (thrown) {
        refuse(socket, thrown instanceof Refusal ? thrown : new Refusal(400, 'This request is not understood.'));
      }
    },
    close() {
      clearInterval(timer);
      for (const { socket } of clients) socket.close(1001);
      server.close();
    },
  };
}

/** The token of a first message, `{"version": 1, "token": …}`; empty where there is none. */
function readToken(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return '';
    const token = Object.entries(value).find(([name]) => name.toLowerCase() === 'token')?.[1];
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}

function refuse(socket: Duplex, { status, message }: Refusal): void {
  if (socket.destroyed) return;
  const body = JSON.stringify({ Error: message, Code: status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
