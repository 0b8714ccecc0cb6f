import { createServer, request } from 'node:http';

/**
 * A program of another account that listens where the server should be, answers as if it were the server, and writes down all it hears.
 * Arguments: its account, its address, its port, and a port of 127.0.0.1 that it passes challenges on to (0: it makes up an answer).
 */
const [account = '', address = '', port = '', relay = '0'] = process.argv.slice(2);
process.setgid?.(Number(account));
process.setuid?.(Number(account));

const server = createServer((asked, response) => {
  const parts: Buffer[] = [];
  asked.on('data', (part: Buffer) => parts.push(part));
  asked.on('end', () => {
    const body = Buffer.concat(parts);
    process.stdout.write(`${asked.method} ${asked.url}\n${asked.rawHeaders.join('\n')}\n${body}\n`);
    if (asked.url === '/api/v1/auth/prove' && relay !== '0') {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
      const options = { host: '127.0.0.1', port: Number(relay), method: 'POST', path: asked.url, headers };
      request(options, (answer) => answer.pipe(response)).end(body);
    } else {
      response.setHeader('Set-Cookie', 'RefreshToken_1=x; HttpOnly');
      response.end(JSON.stringify({ Proof: 'x'.repeat(43), AccessToken: 'a.b.c', RefreshNonce: 'n', Token: 't' }));
    }
  });
});
server.listen(Number(port), address, () => {
  const bound = server.address();
  process.stderr.write(`listening ${typeof bound === 'object' && bound ? bound.port : ''}\n`);
});
