/**
 * Asks HTTP questions from inside a network namespace; they come on standard input, where nobody else sees them:
 * `echo '[{"address":"127.0.0.1","port":8200,"path":"/health"}]' | node probe.ts`.
 */
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';

interface Question {
  address: string;
  port: number;
  path: string;
  /** Host header as it stands; `address:port` when absent. */
  host?: string;
  /** Sent as JSON with POST; without it the question is a GET. */
  body?: unknown;
}

function askOne({ address, port, path, host, body }: Question): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: address, port });
    socket.setEncoding('utf8');
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 s')));
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
    const content = body === undefined ? '' : JSON.stringify(body);
    const lines = [
      `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
      `Host: ${host ?? `${name}:${port}`}`,
      'Connection: close',
      ...(body === undefined
        ? []
        : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(content)}`]),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${content}`);
  });
}

const questions: Question[] = JSON.parse(await readText(process.stdin));
process.stdout.write(JSON.stringify(await Promise.all(questions.map(askOne))));
