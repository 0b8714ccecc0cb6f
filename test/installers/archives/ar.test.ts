import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { type ArFile, arArchive, readAr } from '../../../installers/archives/ar.ts';
import { memorySource } from '../../suites/blobs.ts';

const FILES: ArFile[] = [
  { name: 'debian-binary', ...bytesContent('2.0\n') },
  { name: 'odd', ...bytesContent('abc') },
  { name: 'empty', ...bytesContent('') },
  { name: 'control.tar.zst', ...bytesContent('z') },
];

async function write(files: readonly ArFile[] = FILES): Promise<Buffer> {
  const archive = arArchive(files, 86_400, 'x.deb');
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.open()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== archive.size) throw new Error(`${bytes.length} bytes, but ${archive.size} were announced`);
  return bytes;
}

test('members are read back with their place and time', async (t) => {
  const bytes = await write();
  const members = await readAr(memorySource('x.deb', bytes));
  t.deepEqual(members, [
    { name: 'debian-binary', offset: 68, size: 4, mtime: 86_400 },
    { name: 'odd', offset: 132, size: 3, mtime: 86_400 },
    { name: 'empty', offset: 196, size: 0, mtime: 86_400 },
    { name: 'control.tar.zst', offset: 256, size: 1, mtime: 86_400 },
  ]);
  t.is(bytes.toString('latin1', 132, 136), 'abc\n');
});

test('a member of more than ten digits is refused', (t) => {
  const big = { ...bytesContent(''), name: 'big', size: 10_000_000_000 };
  t.throws(() => arArchive([big], 0, 'x.deb'), { message: 'x.deb: big is larger than an ar member can be' });
});

for (const [sentence, spoil, message] of [
  ['another magic', (bytes: Buffer) => bytes.write('!<thin>\n', 0), /not an ar archive/],
  ['no end mark', (bytes: Buffer) => bytes.write('xx', 66), /byte 8: no member header/],
  ['a size that is no number', (bytes: Buffer) => bytes.write('-4', 56), /byte 8: the field "size" is not a number/],
  [
    'a size beyond the file',
    (bytes: Buffer) => bytes.write('9999999999', 56),
    /debian-binary ends after the file does/,
  ],
  ['a name with a slash', (bytes: Buffer) => bytes.write('a/b ', 8), /is not a member name/],
  ['other padding', (bytes: Buffer) => bytes.write('x', 135), /odd is not followed by its padding/],
] as const) {
  test(`an archive with ${sentence} is refused`, async (t) => {
    const bytes = await write();
    spoil(bytes);
    await t.throwsAsync(readAr(memorySource('x.deb', bytes)), { name: 'PackwrightError', message });
  });
}

test('an archive of nothing but headers is refused', async (t) => {
  const many = Array.from({ length: 101 }, (): ArFile => ({ name: 'x', ...bytesContent('') }));
  await t.throwsAsync(
    write(many).then((bytes) => readAr(memorySource('x', bytes))),
    { message: /more than 100 members/ },
  );
});
