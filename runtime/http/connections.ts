import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server's connections: when there are more than `most`, the oldest that has not sent a whole request is closed, so that
 * slow ones cannot keep good clients out (a fixed limit would drop the newcomer instead).
 * @param below the connection that the server accepted, of one that a request came on: with TLS they are two.
 * @returns a function that closes every connection at once, half-open and idle ones too.
 */
export function watchConnections(server: Server, most = 512, below = (socket: Socket) => socket): () => void {
  const waiting = new Set<Socket>(); // in order of arrival
  const all = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    all.add(socket);
    waiting.add(socket);
    socket.once('close', () => {
      all.delete(socket);
      waiting.delete(socket);
    });
    if (all.size <= most) return;
    const [oldest] = waiting;
    oldest?.destroy();
  });
  server.on('request', (request, response) => {
    const socket = below(request.socket);
    waiting.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) waiting.add(socket); // idle again: last in the queue
    });
  });
  server.on('upgrade', ({ socket }) => waiting.delete(below(socket))); // limited by those who take it over
  return () => {
    for (const socket of all) socket.destroy();
  };
}
