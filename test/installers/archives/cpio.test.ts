import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import {
  type CpioMember,
  cpioPadding,
  encodeCpioHeader,
  encodeCpioTrailer,
  readCpio,
} from '../../../installers/archives/cpio.ts';
import { seededNumbers } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const FILES: readonly (readonly [name: string, data: string])[] = [
  ['./a', ''],
  ['./ab', '1'],
  ['./abc', '12'],
  ['./abcd', '123'],
  ['./abcde', '1234'],
  ['./grüße', '12345'],
];

function archive(files = FILES): Buffer {
  const pieces = files.flatMap(([name, text], index) => {
    const data = Buffer.from(text);
    const member = { name, ino: index + 1, mode: 0o100644, nlink: 1, mtime: 1_700_000_001, size: data.length };
    return [encodeCpioHeader(member), data, cpioPadding(data.length)];
  });
  return Buffer.concat([...pieces, encodeCpioTrailer()]);
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Buffer, chunk = 1000): Promise<(CpioMember & { text: string })[]> {
  const members: (CpioMember & { text: string })[] = [];
  for await (const { data, ...member } of readCpio(inChunks(bytes, chunk), 'given')) {
    const pieces: Uint8Array[] = [];
    for await (const piece of data) pieces.push(piece);
    members.push({ ...member, text: Buffer.concat(pieces).toString() });
  }
  return members;
}

test('what was written is read back, whatever the chunks', async (t) => {
  for (const chunk of [1, 2, 3, 7, 110, 512, 100_000]) {
    const members = await readAll(archive(), chunk);
    t.deepEqual(
      members.map(({ name, text }) => [name, text]),
      FILES.map((row) => [...row]),
    );
    t.deepEqual(
      members.map(({ ino, mode, nlink, mtime }) => [ino, mode, nlink, mtime]),
      FILES.map((_, index) => [index + 1, 0o100644, 1, 1_700_000_001]),
    );
  }
});

test('data that nobody reads is skipped', async (t) => {
  const names: string[] = [];
  for await (const member of readCpio(inChunks(archive(), 5), 'given')) names.push(member.name);
  t.deepEqual(
    names,
    FILES.map(([name]) => name),
  );
});

test('cpio lists an archive of ours', (t) => {
  if (!haveTool(t, 'cpio')) return;
  const listed = runTool('cpio', ['-t', '--quiet'], archive());
  t.is(listed, FILES.map(([name]) => `${name}\n`).join(''));
});

test('an archive that was cut off anywhere gives one clear error', async (t) => {
  const bytes = archive();
  for (let cut = 0; cut < bytes.length; cut++) {
    await t.throwsAsync(readAll(bytes.subarray(0, cut)), { instanceOf: PackwrightError }, `cut at ${cut}`);
  }
});

test('zeros may follow the trailer, but not without end, and nothing else', async (t) => {
  t.is((await readAll(Buffer.concat([archive(), Buffer.alloc(512)]))).length, FILES.length);
  for (const tail of [Buffer.from('x'), Buffer.alloc(1 << 20), archive()]) {
    await t.throwsAsync(readAll(Buffer.concat([archive(), tail])), { message: /data follows the end/ });
  }
});

test('other cpio formats, broken digits and broken names are refused with their place', async (t) => {
  const broken = (at: number, text: string) => {
    const bytes = archive();
    bytes.write(text, at, 'latin1');
    return readAll(bytes);
  };
  await t.throwsAsync(broken(0, '07070X'), { message: /no cpio member .*byte 0 of/ });
  await t.throwsAsync(broken(20, 'g'), { message: /digit that is not hexadecimal/ });
  await t.throwsAsync(broken(94, '00000001'), { message: /name has 1 bytes/ });
  await t.throwsAsync(broken(94, 'ffffffff'), { message: /name has 4294967295 bytes/ });
  await t.throwsAsync(broken(111, '\0'), { message: /only NUL/ });
});

test('2,000 random mutations never give anything but members or one clear error', async (t) => {
  const number = seededNumbers(11);
  for (let i = 0; i < 2000; i++) {
    const bytes = archive();
    for (let flips = number(3) + 1; flips > 0; flips--) bytes[number(bytes.length)] = number(256);
    try {
      await readAll(bytes);
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw error;
    }
  }
  t.pass();
});
