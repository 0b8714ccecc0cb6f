/** A mirror of Debian with a key of its own, on loopback. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createCleartextMessage, generateKey, readPrivateKey, sign } from 'openpgp';

export interface FakePackage {
  name: string;
  version: string;
  bytes: Buffer;
  suite?: 'main' | 'updates' | 'security';
}

export interface FakeMirror {
  /** Root of the archive `debian`; `…-security` is beside it. */
  root: string;
  keyring: Uint8Array;
  otherKeyring: Uint8Array;
  /** Paths asked for, in order. */
  asked: string[];
  /** By path; changed by tests. */
  files: Map<string, Buffer>;
  /** Answers instead of a file. */
  faults: Map<string, number | 'break' | { redirect: string }>;
  close(): void;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function startMirror(
  packages: readonly FakePackage[],
  release: { date?: string; until?: string; byHash?: boolean } = {},
): Promise<FakeMirror> {
  const [own, other] = await Promise.all([makeKey('archive'), makeKey('stranger')]);
  const files = new Map<string, Buffer>();
  for (const suite of ['main', 'updates', 'security'] as const) {
    const archive = suite === 'security' ? 'debian-security' : 'debian';
    const dist = suite === 'main' ? 'trixie' : `trixie-${suite}`;
    const sums: string[] = [];
    for (const arch of ['amd64', 'arm64']) {
      const paragraphs = packages
        .filter((one) => (one.suite ?? 'main') === suite)
        .map((one) => {
          const file = `pool/${suite === 'security' ? 'updates/main' : 'main'}/x/${one.name}_${one.version}_${arch}.deb`;
          files.set(`/${archive}/${file}`, one.bytes);
          return `Package: ${one.name}\nVersion: ${one.version}\nFilename: ${file}\nSize: ${one.bytes.length}\nSHA256: ${sha256(one.bytes)}\n`;
        });
      const index = gzipSync(`Package: noise\nDescription: Version: 9\n\n${paragraphs.join('\n')}`);
      const place = `main/binary-${arch}`;
      const name = release.byHash === false ? 'Packages.gz' : `by-hash/SHA256/${sha256(index)}`;
      files.set(`/${archive}/dists/${dist}/${place}/${name}`, index);
      sums.push(` ${sha256(index)} ${index.length} ${place}/Packages.gz`);
    }
    const text = [
      `Codename: ${dist}`,
      `Date: ${release.date ?? 'Sat, 21 Nov 2026 02:10:46 UTC'}`,
      ...(release.until ? [`Valid-Until: ${release.until}`] : []),
      `Acquire-By-Hash: ${release.byHash === false ? 'no' : 'yes'}`,
      'MD5Sum:',
      ` d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages.gz`,
      'SHA256:',
      ...sums,
      '',
    ].join('\n');
    files.set(`/${archive}/dists/${dist}/InRelease`, Buffer.from(await signText(text, own.privateKey)));
  }
  const asked: string[] = [];
  const faults: FakeMirror['faults'] = new Map();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const fault = faults.get(path);
    if (typeof fault === 'number') return response.writeHead(fault).end();
    if (typeof fault === 'object') return response.writeHead(302, { location: fault.redirect }).end();
    const bytes = files.get(path);
    if (!bytes) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': bytes.length });
    if (fault === 'break') return response.write(bytes.subarray(0, 3), () => response.destroy());
    return response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a path.
  const { port } = server.address() as AddressInfo;
  return {
    root: `http://127.0.0.1:${port}/debian`,
    keyring: own.publicKey,
    otherKeyring: other.publicKey,
    asked,
    files,
    faults,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function makeKey(name: string): Promise<{ privateKey: string; publicKey: Uint8Array }> {
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name }],
    format: 'armored',
    date: new Date('2026-01-01T00:00:00Z'),
  });
  return { privateKey, publicKey: Buffer.from(publicKey) };
}

async function signText(text: string, armored: string): Promise<string> {
  const signingKeys = await readPrivateKey({ armoredKey: armored });
  const message = await createCleartextMessage({ text });
  return sign({ message, signingKeys, date: new Date('2026-11-21T02:10:46Z') });
}
