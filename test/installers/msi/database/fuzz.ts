/**
 * Lets both readers loose on damaged packages: nothing but a PackwrightError may come out, and no file may make them read more than a few
 * times its size. `node test/installers/msi/database/fuzz.ts 20000 7` runs so many rounds from that seed and says what happened.
 */
import { pathToFileURL } from 'node:url';
import { bytesContent } from '../../../../build/model/content.ts';
import { PackwrightError } from '../../../../build/model/errors.ts';
import type { ByteSource } from '../../../../build/model/format.ts';
import { compoundFile, readCompoundFile } from '../../../../installers/archives/compound-file/compound-file.ts';
import {
  type Database,
  readDatabase,
  type StreamContent,
  standardTable,
} from '../../../../installers/msi/database/database.ts';
import { memorySource, readArtifact, seededNumbers } from '../../../suites/blobs.ts';
import { PROPERTIES, SUMMARY, sampleDatabase, streamBytes, textsDatabase, writeDatabase } from './sample-database.ts';

type Numbers = (below: number) => number;

/** Numbers that mean something to one of the parsers. */
const WORDS = [0, 1, 2, 3, 5, 0x7f, 0x80, 0xff, 0x1ff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000];
const MARKS = [0xfffffffa, 0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff];
/** Bases that take long. */
const LARGE = 2;
const CLSID = '{000C1084-0000-0000-C000-000000000046}';

export interface FuzzReport {
  rounds: number;
  /** Damaged files that were read to the end all the same. */
  read: number;
  /** Files that gave a PackwrightError, by its words without names and numbers. */
  refused: Map<string, number>;
  /** Bytes read by the size of the file, the worst of all. */
  worstRatio: number;
  /** Milliseconds of the slowest round, and its number. */
  slowest: { ms: number; round: number };
}

/** @throws Error naming seed and round when anything but a PackwrightError comes out, or far too much is read. */
export async function fuzzDatabases(rounds: number, seed: number): Promise<FuzzReport> {
  const number = seededNumbers(seed);
  const bases = await writeBases();
  const report: FuzzReport = { rounds, read: 0, refused: new Map(), worstRatio: 0, slowest: { ms: 0, round: -1 } };
  for (let round = 0; round < rounds; round++) {
    const common = bases.length - LARGE;
    const base = bases[number(50) === 0 ? common + number(LARGE) : number(common)]!;
    const mutant = number(2) === 0 ? mutate(base.bytes, number) : await mutateStreams(base.streams, number);
    const source = countingSource(mutant);
    const start = performance.now();
    try {
      await readAll(source);
      report.read += 1;
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      const kind = error.message.replace(/"(?:[^"\\]|\\.)*"/g, '…').replace(/0x[0-9a-f]+|\d+/g, '#');
      report.refused.set(kind, (report.refused.get(kind) ?? 0) + 1);
    }
    const ms = performance.now() - start;
    if (ms > report.slowest.ms) report.slowest = { ms, round };
    const ratio = source.taken / Math.max(mutant.length, 4096);
    if (ratio > 8) throw new Error(`seed ${seed}, round ${round}: ${source.taken} of ${mutant.length} bytes were read`);
    report.worstRatio = Math.max(report.worstRatio, ratio);
  }
  return report;
}

interface Base {
  bytes: Buffer;
  streams: { name: string; bytes: Buffer }[];
}

/** Packages of every kind; the last two, with references of three bytes and with a DIFAT, are used seldom. */
async function writeBases(): Promise<Base[]> {
  const databases: Database[] = [
    sampleDatabase(),
    { tables: [PROPERTIES, standardTable('Icon', [['i', bytesContent('icon')]])], summary: SUMMARY, streams: [] },
    { tables: [], summary: SUMMARY, streams: [] },
    textsDatabase(Array.from({ length: 33_000 }, (_, i) => `${i}`)),
    {
      tables: [PROPERTIES],
      summary: SUMMARY,
      streams: [{ name: 'big.cab', ...bytesContent(Buffer.alloc(7_300_000)) }],
    },
  ];
  const bases: Base[] = [];
  for (const database of databases) {
    const bytes = await writeDatabase(database);
    const { streams } = await readCompoundFile(memorySource('base', bytes));
    const held: Base['streams'] = [];
    for (const stream of streams) held.push({ name: stream.name, bytes: await streamBytes(stream) });
    bases.push({ bytes, streams: held });
  }
  return bases;
}

/** One to four changes: a bit, a byte, a number in its place, a stretch removed, doubled or moved. */
function mutate(bytes: Uint8Array, number: Numbers): Buffer {
  let mutant = Buffer.from(bytes);
  for (let changes = 1 + number(4); changes > 0 && mutant.length > 8; changes--) {
    // The header and the tables behind it decide most.
    const at = number(number(2) === 0 ? Math.min(mutant.length, 4096) : mutant.length);
    const length = Math.min(mutant.length - at, 1 + number(number(4) === 0 ? 2048 : 8));
    const parts = [mutant.subarray(0, at), mutant.subarray(at, at + length), mutant.subarray(at + length)] as const;
    const change = number(8);
    if (change === 0) mutant[at] = mutant[at]! ^ (1 << number(8));
    else if (change === 1) mutant[at] = number(256);
    else if (change <= 3) writeNumber(mutant, at, WORDS[number(WORDS.length)]!, number);
    else if (change === 4) writeNumber(mutant, at, number(4) === 0 ? MARKS[number(MARKS.length)]! : number(40), number);
    else if (change === 5) mutant = Buffer.concat([parts[0], parts[2]]);
    else if (change === 6) mutant = Buffer.concat([parts[0], parts[1], parts[1], parts[2]]);
    else mutant = mutant.subarray(0, number(3) === 0 ? at : mutant.length);
  }
  return mutant;
}

/** In two or four bytes, where such numbers lie. */
function writeNumber(bytes: Buffer, at: number, value: number, number: Numbers): void {
  if (number(2) === 0) bytes.writeUInt32LE(value, Math.min(at - (at % 4), bytes.length - 4));
  else bytes.writeUInt16LE(value & 0xffff, Math.min(at - (at % 2), bytes.length - 2));
}

/** A sound compound file whose streams are damaged: what the database's reader must stand. */
async function mutateStreams(streams: Base['streams'], number: Numbers): Promise<Buffer> {
  const victim = number(streams.length);
  const changed = streams.flatMap(({ name, bytes }, index) => {
    if (index !== victim) return [{ name, ...bytesContent(bytes) }];
    return number(20) === 0 ? [] : [{ name, ...bytesContent(mutate(bytes, number)) }];
  });
  return readArtifact({ name: 'mutant', ...compoundFile(changed, CLSID, 'mutant') });
}

/** Reads tables and every stream to its end. */
async function readAll(source: ByteSource): Promise<void> {
  const facts = await readDatabase(source);
  const streams = new Set<StreamContent>(facts.streams);
  for (const { rows } of facts.tables) {
    for (const row of rows) for (const cell of row) if (cell !== null && typeof cell === 'object') streams.add(cell);
  }
  for (const stream of streams) {
    let length = 0;
    for await (const chunk of stream.open()) length += chunk.length;
    if (length !== stream.size) throw new Error(`a stream of ${stream.size} bytes gave ${length}`);
  }
}

function countingSource(bytes: Buffer): ByteSource & { taken: number } {
  const source = memorySource('mutant', bytes);
  const counting = {
    ...source,
    taken: 0,
    read(offset: number, length: number) {
      counting.taken += length;
      return source.read(offset, length);
    },
  };
  return counting;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const start = performance.now();
  const { rounds, read, refused, worstRatio, slowest } = await fuzzDatabases(
    Number(process.argv[2] ?? 20_000),
    Number(process.argv[3] ?? 1),
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${rounds} damaged packages in ${seconds} s: ${read} read, ${rounds - read} refused; ${megabytes} MB at most`,
  );
  console.log(
    `slowest: round ${slowest.round}, ${slowest.ms.toFixed(0)} ms; read at most ${worstRatio.toFixed(1)} times the size`,
  );
  for (const [kind, count] of [...refused].sort(([, a], [, b]) => b - a)) console.log(String(count).padStart(6), kind);
}
