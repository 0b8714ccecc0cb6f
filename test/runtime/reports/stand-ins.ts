import { once } from 'node:events';
import { createServer as createWeb } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { BackupOption } from '../../../runtime/backups/backup.ts';
import type { JobDocument } from '../../../runtime/jobs/job-document.ts';
import type { Report } from '../../../runtime/reports/report.ts';

export function makeOptions(options: Readonly<Record<string, string>>): BackupOption[] {
  return Object.entries(options).map(([name, value]) => ({ name, value, filter: '' }));
}

export function makeDocument(options: Readonly<Record<string, string>>): JobDocument {
  return {
    operation: 'Backup',
    backup: '1',
    input: {},
    name: 'Home',
    targetUrl: 'ssh://me:canary-url@host/folder',
    sources: ['/home/', '/etc/'],
    options: makeOptions({ passphrase: 'canary-passphrase', 'dblock-size': '5mb', ...options }),
    filters: [],
    database: '/nowhere/A.sqlite',
  };
}

export function makeReport(options: Readonly<Record<string, string>>, more: Partial<Report> = {}): Report {
  const result = { level: 'Success', facts: { ExaminedFiles: 3 }, metadata: {}, lines: ['one', 'two'] } as const;
  return { document: makeDocument(options), level: 'Success', result, ...more };
}

/** A mail server on loopback that takes what it is told to take, and keeps every line it hears. */
export async function startMailServer(t: ExecutionContext, { refuses = '' } = {}) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let isData = false;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => {});
    say('220 stand-in');
    socket.setEncoding('utf8').on('data', (text: string) => {
      rest += text;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        heard.push(line);
        if (isData) {
          if (line !== '.') continue;
          isData = false;
          say('250 taken');
        } else if (refuses !== '' && line.startsWith(refuses)) say('554 not here');
        else if (line === 'STARTTLS') say('502 not here');
        else if (/^EHLO/.test(line)) socket.write('250-stand-in\r\n250 AUTH PLAIN\r\n');
        else if (/^AUTH/.test(line)) say('235 welcome');
        else if (line === 'DATA') {
          isData = true;
          say('354 go on');
        } else if (line === 'QUIT') socket.end('221 bye\r\n');
        else say('250 fine');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { heard, port: (server.address() as AddressInfo).port }; // it listens on a port
}

/** A web server that answers with the statuses it is given, the last one again and again. */
export async function startWebServer(t: ExecutionContext, statuses: readonly number[] = [200]) {
  const heard: { method: string; type: string; body: string }[] = [];
  const server = createWeb((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const status = statuses[Math.min(heard.length, statuses.length - 1)] ?? 200;
      heard.push({ method: request.method ?? '', type: request.headers['content-type'] ?? '', body });
      response.writeHead(status, { Location: '/elsewhere' }).end('x'.repeat(100_000));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }; // it listens on a port
}
