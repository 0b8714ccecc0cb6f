import test from 'ava';
import { openUnpacker } from '../../../build/host/compress/unpack/unpack.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { zip } from '../../../installers/zip/zip.ts';
import { memoryBlobs, memorySource, readArtifact, seededBytes, seededNumbers } from '../../suites/blobs.ts';
import { mutateBytes } from '../../suites/mutate.ts';
import { file, samplePackage } from '../../suites/sample-package.ts';
import { portableFiles } from './portable.ts';

const ROUNDS = 10_000;
const MOST_MEMORY = 512 << 20;
/** Bytes that mean something to the reader. */
const WORDS = [
  '../',
  '/',
  '\\',
  'C:',
  '\0',
  'PK\x01\x02',
  'PK\x03\x04',
  'PK\x05\x06',
  'PK\x06\x06',
  'PK\x06\x07',
  '\xff\xff\xff\xff',
  '\xff\xff',
  '\xff\xff\xff\x7f',
  '\x01\0\x10\0',
  '\x08\0',
  '\x09\0',
  'package.txt',
];

async function sampleBytes(): Promise<Buffer> {
  const pkg = samplePackage({
    format: 'zip',
    entries: [file('/usr/share/zeros', Buffer.alloc(5000)), file('/usr/share/noise', seededBytes(1, 300))],
  });
  const placements = pkg.placements.map((one) => ({ ...one, tree: portableFiles(one.tree) }));
  const [artifact] = await zip.write({ ...pkg, placements }, memoryBlobs, zip.compressions[0]!);
  return readArtifact(artifact!);
}

/** Bytes that this test's thread holds; the whole process has the other tests' too. */
function ownMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Lets the reader loose on mutants; nothing but a PackwrightError that names the file may come out. Gives the number that was refused. */
async function fuzz(make: (number: (below: number) => number) => Buffer, seed: number): Promise<number> {
  const number = seededNumbers(seed);
  const unpacker = openUnpacker();
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const mutant = make(number);
    try {
      for (const { path } of (await zip.read(memorySource('x.zip', mutant), unpacker)).trees[0]!.entries)
        if (!/^\/[^/]/.test(path) || /\\|:|\/\.\.?(\/|$)/.test(path)) throw new Error(`${path} was let through`);
    } catch (error) {
      if (!(error instanceof PackwrightError) || !error.message.startsWith('x.zip: '))
        throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      refused += 1;
    }
    if (round % 500 === 0 && ownMemory() > MOST_MEMORY) throw new Error(`memory in round ${round}`);
  }
  return refused;
}

test('ten thousand damaged zips are read or refused', async (t) => {
  const bytes = await sampleBytes();
  t.true((await fuzz((number) => mutateBytes(bytes, number, WORDS), 1)) > ROUNDS / 2);
});

test('ten thousand zips whose headers and directory are wrong in the same way are read or refused', async (t) => {
  const bytes = await sampleBytes();
  const places: [local: number, entry: number][] = [];
  for (let at = bytes.readUInt32LE(bytes.length - 6); bytes.readUInt32LE(at) === 0x02014b50; ) {
    places.push([bytes.readUInt32LE(at + 42), at]);
    at += 46 + bytes.readUInt16LE(at + 28);
  }
  const refused = await fuzz((number) => {
    const mutant = Buffer.from(bytes);
    for (let changes = 1 + number(3); changes > 0; changes--) {
      const [local, entry] = places[number(places.length)]!;
      // From "version needed" to the lengths, which both have in the same order; or a byte of the name.
      const isName = number(3) === 0;
      const offset = isName ? number(bytes.readUInt16LE(local + 26)) : number(24);
      const value = [number(256), 0, 0xff, 0x2f, 0x2e, 0x5c][number(6)]!;
      mutant[local + (isName ? 30 : 4) + offset] = value;
      mutant[entry + (isName ? 46 : 6) + offset] = value;
    }
    return mutant;
  }, 2);
  t.true(refused > ROUNDS / 2);
});
