import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** Milliseconds from connecting to the end of the handshake, however the bytes come. */
const HANDSHAKE = 10_000;
/** First byte of a TLS record that holds a handshake (RFC 8446, section 5.1). */
const HANDSHAKE_RECORD = 0x16;

const PLAIN = 'This server is reached with https:// and not with http://.\n';
const REFUSAL = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${PLAIN.length}`,
  'Cache-Control: no-store',
  'X-Content-Type-Options: nosniff',
  'Connection: close',
  '',
  PLAIN,
].join('\r\n');

/**
 * Makes a server's connections TLS: each begins with the context that `find` gives then, so that one with a new certificate takes effect
 * without touching those that are open. The first byte tells plain HTTP, which gets an answer that says so.
 * @returns what finds the TCP connection below one that a request came on.
 */
export function encryptConnections(
  server: Server,
  find: () => SecureContext,
  handshake = HANDSHAKE,
): (secure: Socket) => Socket {
  const below = new WeakMap<Socket, Socket>();
  // The server itself listens, since its limits of time begin with that; only what it hands its connections to is replaced.
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (plain: Socket) => {
    const timer = setTimeout(() => plain.destroy(), handshake);
    plain.once('close', () => clearTimeout(timer));
    plain.on('error', () => plain.destroy());
    plain.once('data', (first: Buffer) => {
      plain.pause();
      if (first[0] !== HANDSHAKE_RECORD) {
        plain.end(REFUSAL, () => plain.destroySoon());
        plain.resume();
        return;
      }
      plain.unshift(first);
      const secure = new TLSSocket(plain, { isServer: true, secureContext: find(), ALPNProtocols: ['http/1.1'] });
      below.set(secure, plain);
      secure.once('secure', () => clearTimeout(timer));
      for (const one of serve) one.call(server, secure);
    });
  });
  return (secure) => below.get(secure) ?? secure;
}
