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

/** A header block with the given fields, correct but for what `spoil` does to it after the checksum. */
function block(
  fields: { name?: string; type?: string; size?: string; to?: string },
  spoil?: (block: Buffer) => void,
): Buffer {
  const header = Buffer.alloc(512);
  header.write(fields.name ?? 'a', 0);
  header.write('0000644\0', 100);
  header.write(`${fields.size ?? '00000000000'}\0`, 124);
  header.write('00000000000\0', 136);
  header.fill(' ', 148, 156);
  header.write(fields.type ?? '0', 156);
  header.write(fields.to ?? '', 157);
  header.write('ustar\u000000', 257, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  spoil?.(header);
  return header;
}

const END = Buffer.alloc(1024);
const PAX_X = (text: string): Buffer =>
  Buffer.concat([
    block({ type: 'x', size: text.length.toString(8).padStart(11, '0') }),
    Buffer.alloc(512, 0).fill(text, 0, text.length),
  ]);

for (const [sentence, bytes, message] of [
  ['nothing', Buffer.alloc(0), /ends early/],
  ['no end', block({}), /ends early, after 512 bytes/],
  ['half an end', Buffer.concat([block({}), Buffer.alloc(512)]), /ends early/],
  ['a lone zero block', Buffer.concat([Buffer.alloc(512), block({}), END]), /lone zero block/],
  ['bytes after its end', Buffer.concat([block({}), END, Buffer.from('x')]), /bytes that are not zero/],
  ['a wrong checksum', Buffer.concat([block({}, (header) => header.write('b', 0)), END]), /byte 0: header checksum/],
  ['a name that leaves the root', Buffer.concat([block({ name: 'a/../../b' }), END]), /leaves the archive's root/],
  [
    'a hard link that leaves the root',
    Buffer.concat([block({ type: '1', to: '../b' }), END]),
    /leaves the archive's root/,
  ],
  ['a link to nothing', Buffer.concat([block({ type: '2' }), END]), /links to nothing/],
  ['an unknown type', Buffer.concat([block({ type: 'V' }), END]), /unknown entry type "V"/],
  ['a number that is none', Buffer.concat([block({ size: '0000000008x' }), END]), /"size" is not an octal number/],
  ['a folder with data', Buffer.concat([block({ type: '5', size: '00000001000' }), END]), /is a dir with 512 bytes/],
  ['data that is missing', Buffer.concat([block({ size: '00000001000' })]), /ends early/],
  [
    'padding that is not zero',
    Buffer.concat([block({ size: '00000000001' }), Buffer.alloc(512, 'x'), END]),
    /padding after \/a/,
  ],
  ['a huge extension', Buffer.concat([block({ type: 'L', size: '77777777777' }), END]), /is too long/],
  [
    'an extension before its end',
    Buffer.concat([PAX_X('11 path=abc\n'), END]),
    /pax record at byte 0|after an extension/,
  ],
  ['a broken pax record', Buffer.concat([PAX_X('99 path=abc\n'), block({}), END]), /pax record at byte 0 .* broken/],
  [
    'a sparse file',
    Buffer.concat([PAX_X('22 GNU.sparse.major=1\n'), block({}), END]),
    /sparse files are not supported/,
  ],
] as const) {
  test(`an archive with ${sentence} is refused`, async (t) => {
    await t.throwsAsync(readAll(bytes), { name: 'PackwrightError', message });
  });
}

test('data that nobody reads is skipped', async (t) => {
  const bytes = Buffer.concat([block({ size: '00000001001' }), Buffer.alloc(1024), block({ name: 'b' }), END]);
  const paths = [];
  for await (const entry of readTar(inChunks(bytes, 7), 'x.tar')) paths.push(entry.path);
  t.deepEqual(paths, ['/a', '/b']);
});

test('a reader that stops early closes the stream', async (t) => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield block({});
    } finally {
      closed = true;
    }
  }
  for await (const entry of readTar(source(), 'x.tar')) if (entry.path) break;
  t.true(closed);
});
