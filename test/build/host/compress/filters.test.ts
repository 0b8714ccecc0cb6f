import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ava, { type ExecutionContext } from 'ava';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent, type Content } from '../../../../build/model/content.ts';
import { seededBytes } from '../../../suites/blobs.ts';
import { haveTool, runTool } from '../../../suites/tool.ts';
import { openTestBlobs, sampleBytes, streamOf, unpackBytes } from './open-blobs.ts';

const test = ava.serial;

/** An ELF-64 file whose bytes 40,000 to 100,000 are an executable segment. */
function elfFile(): Buffer {
  const file = sampleBytes(150_000, 1);
  file.fill(0, 0, 120);
  file.write('7f454c460201', 'hex');
  // e_phoff, e_phentsize, e_phnum.
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  // PT_LOAD, PF_R | PF_X, p_offset, p_filesz.
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(40_000n, 72);
  file.writeBigUInt64LE(60_000n, 96);
  // Calls of one function from many places: what the x86 filter is for.
  for (let at = 40_000; at < 100_000 - 5; at += 40) {
    seededBytes(at, 20).copy(file, at);
    file[at] = 0xe8;
    file.writeInt32LE(60_000 - at, at + 1);
  }
  return file;
}

async function listBlocks(
  t: ExecutionContext,
  content: Content,
): Promise<{ filters: string[]; minimum: string; size: number }> {
  const { folder, blobs } = await openTestBlobs(t, { limit: 1 << 20 });
  const made = await blobs.compress([content], { method: 'xz', level: 6 });
  const stream = await streamOf(made);
  t.deepEqual(await unpackBytes(openUnpacker(), stream, 'xz'), elfFile());
  const file = join(folder, 'stream.xz');
  await writeFile(file, stream);
  const listed = runTool('xz', ['-lvv', file]);
  return {
    filters: [...listed.matchAll(/(--\S.*)$/gm)].map((match) => match[1]!.replace(/dict=\S+/, '').trim()),
    minimum: /Minimum XZ Utils version:\s*(\S+)/.exec(listed)![1]!,
    size: made.size,
  };
}

test('x64 code goes through the x86 filter, what surrounds it does not, and old decoders read it', async (t) => {
  if (!haveTool(t, 'xz')) return;
  const content = bytesContent(elfFile());
  const plain = await listBlocks(t, content);
  const filtered = await listBlocks(t, { ...content, machineCode: 'x64' });
  t.deepEqual(plain.filters, ['--lzma2=']);
  t.deepEqual(filtered.filters, ['--lzma2=', '--x86 --lzma2=', '--lzma2=']);
  t.is(filtered.minimum, '5.0.0');
  t.true(filtered.size < plain.size);
});

test('arm64 code uses no filter that Debian 11 would not know', async (t) => {
  if (!haveTool(t, 'xz')) return;
  const { filters, minimum } = await listBlocks(t, { ...bytesContent(elfFile()), machineCode: 'arm64' });
  t.deepEqual(filters, ['--lzma2=', '--lzma2=', '--lzma2=']);
  t.is(minimum, '5.0.0');
});

test('a file that only looks like ELF is filtered as a whole', async (t) => {
  const { blobs } = await openTestBlobs(t, { limit: 1 << 20 });
  const file = elfFile();
  // A program header table far outside the file.
  file.writeBigUInt64LE(2n ** 40n, 32);
  const made = await blobs.compress([{ ...bytesContent(file), machineCode: 'x64' }], { method: 'xz', level: 1 });
  t.deepEqual(await unpackBytes(openUnpacker(), await streamOf(made), 'xz'), file);
});

test('every level of xz makes a sound stream', async (t) => {
  const { blobs } = await openTestBlobs(t, { limit: 1 << 20 });
  const bytes = sampleBytes(120_000, 3);
  for (let level = 0; level <= 9; level++) {
    const made = await blobs.compress([bytesContent(bytes), Buffer.from('tail')], { method: 'xz', level });
    const stream = await streamOf(made);
    t.deepEqual(
      await unpackBytes(openUnpacker(), stream, 'xz'),
      Buffer.concat([bytes, Buffer.from('tail')]),
      `level ${level}`,
    );
  }
});

test('dpkg-deb unpacks a package made of pieces, with xz, gzip and one frame of zstd', async (t) => {
  if (!haveTool(t, 'dpkg-deb') || !haveTool(t, 'tar') || !haveTool(t, 'ar')) return;
  const { folder, blobs } = await openTestBlobs(t);
  const root = join(folder, 'root');
  await mkdir(root);
  await writeFile(
    join(root, 'control'),
    'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n',
  );
  runTool('tar', ['-C', root, '-cf', join(folder, 'control.tar'), './control']);
  const header = tarHeader('./program', 150_000);
  const padding = Buffer.alloc(512 - (150_000 % 512) + 1024);
  for (const [method, level, suffix] of [
    ['xz', 6, 'xz'],
    ['gzip', 4, 'gz'],
    ['zstd', 3, 'zst'],
  ] as const) {
    const content: Content = { ...bytesContent(elfFile()), machineCode: 'x64' };
    const made = await blobs.compress([header, content, padding], { method, level }, { oneFrame: true });
    await writeFile(join(folder, `data.tar.${suffix}`), await streamOf(made));
    await writeFile(join(folder, 'debian-binary'), '2.0\n');
    const deb = join(folder, `${method}.deb`);
    const members = ['debian-binary', 'control.tar', `data.tar.${suffix}`].map((name) => join(folder, name));
    runTool('ar', ['rcD', deb, ...members]);
    runTool('dpkg-deb', ['-x', deb, join(folder, method)]);
    t.deepEqual(await readFile(join(folder, method, 'program')), elfFile());
  }
});

/** A plain file in ustar (POSIX.1-1988). */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000755\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
