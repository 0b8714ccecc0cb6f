/** Asks HTTP questions from inside a network namespace: `node probe.ts '[{"address":"127.0.0.1","port":8200,"path":"/health"}]'`. */
import { connect } from 'node:net';

interface Question {
  address: string;
  port: number;
  path: string;
  /** Host header as it stands; `address:port` when absent. */
  host?: string;
}

function askOne({ address, port, path, host }: Question): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: address, port });
    socket.setEncoding('utf8');
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('error', (error) => resolve({ status: 0, body: String(error) }));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1] ?? 0), body: rest.join('\r\n\r\n') });
    });
    const name = address.includes(':') ? `[${address}]` : address;
    // The connection stays open on our side: an agent that hangs up first is not how a browser asks.
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host ?? `${name}:${port}`}\r\nConnection: close\r\n\r\n`);
  });
}

const questions: Question[] = JSON.parse(process.argv[2] ?? '[]');
process.stdout.write(JSON.stringify(await Promise.all(questions.map(askOne))));
