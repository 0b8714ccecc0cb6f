/** Asks one HTTP question from inside a network namespace: `node probe.ts '{"address":"127.0.0.1","port":8200,"path":"/health"}'`. */
import { connect } from 'node:net';

interface Question {
  address: string;
  port: number;
  path: string;
  /** Host header as it stands; `address:port` when absent. */
  host?: string;
}

const { address, port, path, host }: Question = JSON.parse(process.argv[2] ?? '{}');
const name = address.includes(':') ? `[${address}]` : address;
const socket = connect({ host: address, port });
socket.setTimeout(5000, () => socket.destroy(new Error('no answer within 5 s')));
socket.on('error', (error) => {
  process.stdout.write(`${JSON.stringify({ status: 0, body: String(error) })}\n`);
});
let text = '';
socket.setEncoding('utf8');
socket.on('data', (chunk: string) => {
  text += chunk;
});
socket.on('end', () => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  process.stdout.write(`${JSON.stringify({ status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') })}\n`);
});
socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host ?? `${name}:${port}`}\r\nConnection: close\r\n\r\n`);
