/** A stand-in for nodejs.org's `dist` folder, on loopback: small archives of a made-up Node, and a server that can misbehave. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { bytesContent, readContent } from '../../../build/model/content.ts';
import { tarParts } from '../../../installers/archives/tar.ts';

export const VERSION = '26.99.0';
export const LICENCE = 'Licence of a made-up Node\n';

/** What is asked for, answered otherwise: a status, a body that breaks off, one that stands still, no answer at all. */
export type Fault = number | 'break' | 'stall' | 'silence';

export interface NodejsOrg {
  /** As for NODEJS_ORG_MIRROR. */
  mirror: string;
  /** By path below `dist`, such as `/v26.99.0/SHASUMS256.txt`; changed by tests. */
  files: Map<string, Buffer>;
  faults: Map<string, Fault>;
  /** Paths and Authorization headers asked with, in order. */
  asked: { path: string; authorization?: string | undefined }[];
  close(): void;
}

export const archiveName = (key: string) => `node-v${VERSION}-${key}.tar.gz`;
export const archivePath = (key: string) => `/v${VERSION}/${archiveName(key)}`;
export const SUMS = `/v${VERSION}/SHASUMS256.txt`;
export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** @param node bytes of the executable in every archive. */
export async function startNodejsOrg(node: string, keys: readonly string[] = ['linux-x64']): Promise<NodejsOrg> {
  const files = new Map<string, Buffer>();
  for (const key of keys) files.set(archivePath(key), await makeArchive(`node-v${VERSION}-${key}`, node));
  const sums = keys.map((key) => `${sha256(files.get(archivePath(key))!)}  ${archiveName(key)}\n`);
  files.set(SUMS, Buffer.from(`${'0'.repeat(64)}  node-v${VERSION}.tar.gz\n${sums.join('')}`));
  const faults = new Map<string, Fault>();
  const asked: NodejsOrg['asked'] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/dist/, '');
    asked.push({ path, authorization: request.headers.authorization });
    answer(response, faults.get(path), files.get(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a path.
  const { port } = server.address() as AddressInfo;
  return {
    mirror: `http://127.0.0.1:${port}/dist`,
    files,
    faults,
    asked,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, fault: Fault | undefined, bytes: Buffer | undefined) {
  if (fault === 'silence') return;
  if (typeof fault === 'number') return response.writeHead(fault).end('a page about it');
  if (!bytes) return response.writeHead(404).end('a page about it');
  response.writeHead(200, { 'content-length': bytes.length });
  if (fault === undefined) return response.end(bytes);
  return response.write(bytes.subarray(0, bytes.length / 2), () => fault === 'break' && response.destroy());
}

async function makeArchive(prefix: string, node: string): Promise<Buffer> {
  const owner = { uid: 0, gid: 0, user: '', group: '' };
  const file = (name: string, mode: number, text: string) =>
    ({ name: `${prefix}/${name}`, kind: 'file', mode, ...owner, content: bytesContent(text) }) as const;
  const items = [
    file('CHANGELOG.md', 0o644, 'noise\n'),
    file('LICENSE', 0o644, LICENCE),
    file('bin/node', 0o755, node),
    file('include/node/node.h', 0o644, 'noise\n'.repeat(20_000)),
  ];
  const bytes: Uint8Array[] = [];
  for (const part of tarParts(items, { style: 'gnu', mtime: 0, where: prefix }))
    bytes.push(part instanceof Uint8Array ? part : await readContent(part));
  return gzipSync(Buffer.concat(bytes));
}
