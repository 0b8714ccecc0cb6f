import { connect, type Socket } from 'node:net';

/** Until the first byte of an answer: a busy machine is no fault. */
const PATIENCE = 20_000;

/** Sends bytes as they are and gives back everything the server sent until it closed the connection, or was quiet for `quiet` ms after that. */
export function sendRaw(port: number, bytes: string, host = '127.0.0.1', quiet = 5000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, host, () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.setTimeout(Math.max(quiet, PATIENCE), () => socket.destroy());
    socket.on('data', (data) => {
      if (answer === '') socket.setTimeout(quiet);
      answer += data.toString('latin1');
    });
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    socket.on('close', () => resolve(answer));
  });
}

/** A request in HTTP/1.1 with exactly these header lines; the server is asked to close. */
export function request(line: string, ...headers: string[]): string {
  return `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}

/** An open connection that has sent `bytes` and nothing since. */
export function openConnection(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (bytes) socket.write(bytes);
      resolve(socket);
    });
    socket.on('error', reject).resume(); // once it is open, only its end matters
  });
}

/** Waits until a connection is over, by an end or by a reset. */
export function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}
