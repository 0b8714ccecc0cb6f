import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Package } from '../../../build/model/package.ts';
import { readAr } from '../../../installers/archives/ar.ts';
import { readTar, type TarItem, tarParts } from '../../../installers/archives/tar.ts';
import { deb } from '../../../installers/deb/deb.ts';
import { parseControl } from '../../../installers/deb/fields.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact, seededNumbers } from '../../suites/blobs.ts';
import { ODD_PATHS } from '../../suites/format.ts';
import { mutateBytes } from '../../suites/mutate.ts';
import { file, samplePackage } from '../../suites/sample-package.ts';

const ROUNDS = 3000;

/** Bytes that mean something to one of the parsers. */
const WORDS = [
  '\0',
  '\n',
  ' ',
  '/',
  '..',
  '`\n',
  '=',
  ':',
  '\xff',
  '\x80',
  '7777777',
  '9999999999',
  '-1',
  'L',
  'x',
  '5',
];

/** Lets `parse` loose on mutants of `bytes`; nothing but a PackwrightError may come out. Gives the number that was refused. */
async function fuzz(
  bytes: Uint8Array,
  seed: number,
  rounds: number,
  parse: (bytes: Buffer) => Promise<unknown>,
): Promise<number> {
  const number = seededNumbers(seed);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const mutant = mutateBytes(bytes, number, WORDS);
    try {
      await parse(mutant);
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      refused += 1;
    }
  }
  return refused;
}

async function joinParts(items: readonly TarItem[], style: 'gnu' | 'pax'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (const part of tarParts(items, { style, mtime: 1, where: 'x' })) {
    if (part instanceof Uint8Array) chunks.push(part);
    else for await (const chunk of part.open()) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sample(): Package {
  return samplePackage({ format: 'deb', entries: [file(ODD_PATHS.at(-1)!, 'deep')] });
}

async function sampleBytes(): Promise<Buffer> {
  const [artifact] = await deb.write(sample(), memoryBlobs, { method: 'none', level: 0 });
  return readArtifact(artifact!);
}

test('thousands of damaged ar archives are read or refused', async (t) => {
  const bytes = (await sampleBytes()).subarray(0, 4000);
  const refused = await fuzz(bytes, 1, ROUNDS, (mutant) => readAr(memorySource('x', mutant)));
  t.true(refused > ROUNDS / 2);
});

for (const style of ['gnu', 'pax'] as const) {
  test(`thousands of damaged ${style} archives are read or refused`, async (t) => {
    const owner = { mode: 0o644, uid: 1, gid: 1, user: 'a', group: 'a' };
    const items = ODD_PATHS.slice(5, 9).flatMap((path): TarItem[] => [
      { name: path, kind: 'file', ...owner, content: bytesContent('data') },
      { name: `/l${path}`, kind: 'link', ...owner, to: path },
    ]);
    const refused = await fuzz(await joinParts(items, style), 2, ROUNDS, async (mutant) => {
      for await (const entry of readTar(bytesContent(mutant).open(), 'x')) {
        if (!entry.path.startsWith('/') || entry.path.split('/').includes('..')) throw new Error(entry.path);
        for await (const _ of entry.data);
      }
    });
    t.true(refused > ROUNDS / 2);
  });
}

test('thousands of damaged control files are read or refused', async (t) => {
  const bytes = Buffer.from(
    'Package: pp\nVersion: 1:2~a-3\nArchitecture: amd64\nMaintainer: A <a@b>\nInstalled-Size: 5\n' +
      'Depends: libc6 (>= 2.28), a:any | b (<< 3)\nDescription: d\n more\n .\n more\n',
  );
  const refused = await fuzz(bytes, 3, ROUNDS, async (mutant) => parseControl(mutant.toString('utf8'), 'x'));
  t.true(refused > ROUNDS / 4);
});

test('a thousand damaged packages, members not compressed, are read or refused', async (t) => {
  const refused = await fuzz(await sampleBytes(), 4, 1000, (mutant) =>
    deb.read(memorySource('x', mutant), memoryUnpacker),
  );
  t.true(refused > 500);
});
