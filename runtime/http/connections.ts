import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server's connections: when there are more than `most`, the oldest that has not sent a whole request is closed, else the
 * oldest that does not take its answer, so that slow ones cannot keep good clients out (a fixed limit would drop the newcomer instead).
 * @param below the connection that the server accepted, of one that a request came on: with TLS they are two.
 * @returns a function that closes every connection at once, half-open and idle ones too.
 */
export function watchConnections(server: Server, most = 512, below = (socket: Socket) => socket): () => void {
  const waiting = new Set<Socket>(); // in order of arrival
  const asked = new Map<Socket, ServerResponse>();
  const all = new Set<Socket>();
  const findSlowest = (newcomer: Socket): Socket => {
    for (const socket of waiting) if (socket !== newcomer) return socket;
    for (const [socket, { writableEnded }] of asked) if (writableEnded) return socket;
    return newcomer;
  };
  server.on('connection', (socket: Socket) => {
    all.add(socket);
    waiting.add(socket);
    socket.once('close', () => {
      all.delete(socket);
      waiting.delete(socket);
      asked.delete(socket);
    });
    if (all.size > most) findSlowest(socket).destroy();
  });
  server.on('request', (request, response) => {
    const socket = below(request.socket);
    asked.set(socket, response);
    if (hasBody(request)) request.once('end', () => waiting.delete(socket));
    else waiting.delete(socket);
    response.once('close', () => {
      asked.delete(socket);
      waiting.delete(socket);
      if (!socket.destroyed) waiting.add(socket); // idle again: last in the queue
    });
  });
  server.on('upgrade', ({ socket }) => waiting.delete(below(socket))); // limited by those who take it over
  return () => {
    for (const socket of all) socket.destroy();
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
