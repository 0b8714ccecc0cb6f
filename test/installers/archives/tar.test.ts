import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readTar, type TarEntry } from '../../../installers/archives/tar.ts';

/** Hands bytes out in chunks of an odd size, so that no parser can rely on block borders. */
async function* inChunks(bytes: Uint8Array, size = 1021): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Uint8Array): Promise<(Omit<TarEntry, 'data'> & { text: string })[]> {
  const entries = [];
  for await (const { data, ...entry } of readTar(inChunks(bytes), 'x.tar')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of data) chunks.push(chunk);
    entries.push({ ...entry, text: Buffer.concat(chunks).toString() });
  }
  return entries;
}

const LONG = `${'d'.repeat(120)}/${'é'.repeat(60)}/${'f'.repeat(110)}`;

for (const style of ['gnu', 'pax', 'ustar', 'v7', 'oldgnu'] as const) {
  test(`an archive that GNU tar wrote as ${style} is read with every name, link and byte`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a/one'), 'one\n');
    chmodSync(join(folder, 'a/one'), 0o4755);
    writeFileSync(join(folder, 'a/empty'), '');
    symlinkSync('../b c', join(folder, 'a/sym'));
    linkSync(join(folder, 'a/one'), join(folder, 'a/twin'));
    const long = style === 'gnu' || style === 'pax' || style === 'oldgnu';
    if (long) {
      mkdirSync(join(folder, LONG, '..'), { recursive: true });
      writeFileSync(join(folder, LONG), 'x'.repeat(2000));
      symlinkSync(LONG, join(folder, 'to-long'));
    }
    const flags = ['--sort=name', `--format=${style}`, '--owner=eve:1234', '--group=eve:70000', '--mtime=@86400'];
    const bytes = execFileSync('tar', [...flags, '-C', folder, '-c', '.']);
    const entries = new Map((await readAll(bytes)).map((entry) => [entry.path, entry]));
    t.is(entries.size, long ? 10 : 6);
    t.is(entries.get('/')?.kind, 'dir');
    const one = entries.get('/a/one');
    t.like(one, { kind: 'file', mode: 0o4755, uid: 1234, gid: 70000, size: 4, mtime: 86400, text: 'one\n' });
    t.is(one?.user, style === 'v7' ? '' : 'eve');
    t.like(entries.get('/a/sym'), { kind: 'link', to: '../b c' });
    t.like(entries.get('/a/twin'), { kind: 'hardlink', to: '/a/one', size: 0 });
    t.like(entries.get('/a/empty'), { kind: 'file', size: 0 });
    if (long) {
      t.is(entries.get(`/${LONG}`)?.text, 'x'.repeat(2000));
      t.is(entries.get('/to-long')?.to, LONG);
    }
  });
}
