/** The contract of a Format, as tests: what every format must satisfy, whatever its bytes are. */
import test, { type ExecutionContext } from 'ava';
import { PackwrightError } from '../../build/model/errors.ts';
import { type Entry, fileTree, type Role } from '../../build/model/file-tree.ts';
import type { Blobs, Compression, Format, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, Package, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { memoryBlobs, memorySource, memoryUnpacker, readArtifact, seededBytes, seededNumbers } from './blobs.ts';
import { file, SAMPLE_ENTRIES, type Sample, samplePackage } from './sample-package.ts';

export interface FormatSuite {
  /** What the tests write with; one whose stream has a checksum, so that a flipped bit is noticed. Default gzip 9. */
  compression?: Compression;
  /** Default x64 alone. */
  arches?: readonly Arch[];
  /** The format's own words for an entry, sorted. Default none. */
  flags?(entry: Entry): readonly string[];
  /** False: accounts are read back as numbers. Default true. */
  ownerNames?: boolean;
  /** Roles the format leaves to the target's service manager. Default none. */
  omits?: readonly Role[];
  /** What the format can hold of entries that the tests think of, maybe at other places. Default all as they are. */
  adapt?(entries: readonly Entry[]): Entry[];
  /** Default: in memory. */
  blobs?: Blobs;
  unpacker?: Unpacker;
}

/** Names that break what quotes, splits, pads or counts them carelessly. Parts of up to 245 bytes: dpkg and rpm add to them while they work. */
export const ODD_PATHS: readonly string[] = [
  '/usr/share/odd/with space and  two',
  '/usr/share/odd/"quotes" \'and\' `ticks` $HOME %s *?[x]',
  '/usr/share/odd/back\\slash',
  '/usr/share/odd/-leading-dash',
  '/usr/share/odd/trailing.',
  '/usr/share/odd/Grüße-日本語-🎈',
  '/usr/share/odd/cafe\u0301',
  `/usr/share/odd/${'n'.repeat(245)}`,
  `/usr/share/odd/exactly-100/${'x'.repeat(100 - './usr/share/odd/exactly-100/'.length)}`,
  `/usr/share/odd/exactly-100/${'x'.repeat(101 - './usr/share/odd/exactly-100/'.length)}`,
  `/usr/share/odd/${'folder'.repeat(20)}/${'file'.repeat(30)}`,
  `/usr/share/odd/${'ä'.repeat(90)}/${'ö'.repeat(120)}/${'deep/'.repeat(20)}end`,
];

/** Registers the tests of the contract for `format`. */
export function testFormat(format: Format, suite: FormatSuite = {}): void {
  const compression = suite.compression ?? { method: 'gzip', level: 9 };
  const [blobs, unpacker] = [suite.blobs ?? memoryBlobs, suite.unpacker ?? memoryUnpacker];
  const title = (sentence: string): string => `${format.name}: ${sentence}`;
  const sample = (more: Partial<Sample> = {}): Package =>
    adaptPackage(samplePackage({ format: format.name, arches: suite.arches ?? ['x64'], ...more }), suite);
  const write = async (pkg: Package): Promise<Buffer> => {
    const [artifact] = await format.write(pkg, blobs, compression);
    return readArtifact(artifact!);
  };
  const read = (bytes: Uint8Array): Promise<PackageFacts> => format.read(memorySource('given', bytes), unpacker);

  async function assertReadsBack(t: ExecutionContext, pkg: Package): Promise<PackageFacts> {
    const facts = await read(await write(pkg));
    t.deepEqual(
      facts.trees.map((tree) => tree.arch),
      pkg.placements.map((placement) => placement.arch),
    );
    for (const [index, placement] of pkg.placements.entries()) {
      const found = new Map(facts.trees[index]!.entries.map((entry) => [entry.path, entry]));
      t.is(found.size, facts.trees[index]!.entries.length, 'no path comes twice');
      for (const entry of placement.tree) {
        if (suite.omits?.includes(entry.role)) t.false(found.has(entry.path), entry.path);
        else t.deepEqual(found.get(entry.path), expectEntry(entry, suite), entry.path);
        found.delete(entry.path);
      }
      const added = format.ownFiles?.(pkg) ?? [];
      for (const extra of found.values()) {
        const above = [...placement.tree.map((entry) => entry.path), ...added].some((path) =>
          path.startsWith(`${extra.path}/`),
        );
        t.true(added.includes(extra.path) || (above && isPlainDirectory(extra)), `${extra.path} is a surprise`);
      }
    }
    return facts;
  }

  test(title('every entry is read back with its kind, mode, owner, link, bytes and flags'), async (t) => {
    const facts = await assertReadsBack(t, sample());
    t.is(facts.format, format.name);
    t.is(facts.name, 'thing');
  });

  test(title('odd names, long paths and long links are read back as they were'), async (t) => {
    const entries = ODD_PATHS.flatMap((path, index): Entry[] => [
      file(path, `${index}\n`),
      { path: `/usr/share/odd-links/${index}`, role: 'data', kind: 'link', to: path },
    ]);
    await assertReadsBack(t, sample({ entries }));
  });

  test(title('empty files, files around block borders and a big file are read back'), async (t) => {
    const sizes = [0, 1, 3, 4, 511, 512, 513, 1023, 1024, 1025, 10_240, 3_000_001];
    const entries = sizes.map((size) => file(`/usr/share/sizes/${size}`, seededBytes(size, size)));
    await assertReadsBack(t, sample({ entries }));
  });

  test(title('special permission bits, other owners and empty folders are read back'), async (t) => {
    const owner = { user: 'daemon', group: 'games', uid: 1, gid: 60 };
    const entries: Entry[] = [
      file('/usr/bin/setuid', '#!', { role: 'program', mode: 0o4755 }),
      file('/usr/bin/setgid', '#!', { role: 'program', mode: 0o2755, owner }),
      file('/usr/share/x/unreadable', 'x', { mode: 0o000, owner }),
      { path: '/usr/share/x/sticky', role: 'data', kind: 'dir', mode: 0o1777, owner },
      { path: '/usr/share/x/dangling', role: 'data', kind: 'link', to: 'nowhere', owner },
    ];
    await assertReadsBack(t, sample({ entries }));
  });

  test(title('a thousand files are read back'), async (t) => {
    const entries = Array.from({ length: 1000 }, (_, index) =>
      file(`/usr/share/many/${index % 30}/${index}`, `${index}`),
    );
    await assertReadsBack(t, sample({ entries }));
  });

  test(title('two writes give the same bytes, and an artifact opens more than once'), async (t) => {
    const [one] = await format.write(sample(), blobs, compression);
    const [two] = await format.write(sample(), blobs, compression);
    const bytes = await readArtifact(one!);
    t.is(bytes.length, one!.size);
    t.true((await readArtifact(one!)).equals(bytes));
    t.true((await readArtifact(two!)).equals(bytes));
    t.is(one!.name, two!.name);
  });

  for (const allowed of format.compressions) {
    test(title(`a package of ${allowed.method} ${allowed.level} is read back`), async (t) => {
      const [artifact] = await format.write(sample(), blobs, allowed);
      const facts = await read(await readArtifact(artifact!));
      t.true(facts.trees[0]!.entries.length >= (suite.adapt?.(SAMPLE_ENTRIES) ?? SAMPLE_ENTRIES).length - 2);
    });
  }

  test(title('file names are plain and differ by version and architecture'), (t) => {
    const names = new Set<string>();
    for (const version of ['1.2.3', '1.2.3.4', '1.2.3-beta.2', '1.2.3+5']) {
      const name = format.fileName(sample({ version }));
      t.regex(name, /^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/);
      names.add(name);
    }
    t.is(names.size, 4);
  });

  test(title('prereleases and four-part versions are read back'), async (t) => {
    const versions = new Set<string>();
    for (const version of ['1.2.3', '1.2.3.4', '1.2.3-beta.2'])
      versions.add((await read(await write(sample({ version })))).version);
    t.is(versions.size, 3);
  });

  test(title('a package that was cut off anywhere gives one clear error'), async (t) => {
    const bytes = await write(sample());
    const number = seededNumbers(1);
    const cuts = [0, 1, 7, 8, 9, bytes.length - 1, bytes.length - 2, bytes.length - 512];
    for (let i = 0; i < 60; i++) cuts.push(number(bytes.length));
    for (const cut of cuts)
      await t.throwsAsync(read(bytes.subarray(0, cut)), { instanceOf: PackwrightError }, `cut at ${cut}`);
  });

  test(title('bytes after the package give one clear error'), async (t) => {
    const bytes = await write(sample());
    for (const tail of ['\0', '\n', 'garbage', 'x'.repeat(1000)]) {
      await t.throwsAsync(
        read(Buffer.concat([bytes, Buffer.from(tail)])),
        { instanceOf: PackwrightError },
        JSON.stringify(tail),
      );
    }
  });

  test(title('a flipped bit is an error or changes nothing that is told'), async (t) => {
    const bytes = await write(sample());
    const facts = await read(bytes);
    const number = seededNumbers(2);
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const broken = Buffer.from(bytes);
      const at = number(broken.length);
      broken[at] = broken[at]! ^ (1 << number(8));
      try {
        t.deepEqual(await read(broken), facts, `a bit of byte ${at} is wrong and nobody noticed`);
      } catch (error) {
        if (!(error instanceof PackwrightError)) throw error;
        refused += 1;
      }
    }
    t.true(refused > 75, `only ${refused} of 150 were noticed`);
  });

  test(title('what is no package at all gives one clear error'), async (t) => {
    const texts = ['', 'PK\x03\x04', '!<arch>\n', '!<arch>\nxxxx', '\xed\xab\xee\xdb', '{}', 'x'.repeat(4096)];
    for (const text of texts) {
      await t.throwsAsync(
        read(Buffer.from(text, 'latin1')),
        { instanceOf: PackwrightError },
        JSON.stringify(text.slice(0, 20)),
      );
    }
    await t.throwsAsync(read(seededBytes(3, 10_000)), { instanceOf: PackwrightError });
    await t.throwsAsync(read(Buffer.alloc(10_240)), { instanceOf: PackwrightError });
  });
}

function adaptPackage(pkg: Package, { adapt }: FormatSuite): Package {
  if (!adapt) return pkg;
  return { ...pkg, placements: pkg.placements.map((one) => ({ ...one, tree: fileTree(adapt(one.tree)) })) };
}

/** Links have mode 0777, as Linux shows them, whatever the format stores. */
function expectEntry(entry: Entry, suite: FormatSuite): FactEntry {
  const owner = entry.owner ?? { user: 'root', group: 'root', uid: 0, gid: 0 };
  const named = suite.ownerNames ?? true;
  return {
    path: entry.path,
    kind: entry.kind,
    mode: entry.kind === 'link' ? 0o777 : entry.mode,
    user: named ? owner.user : String(owner.uid),
    group: named ? owner.group : String(owner.gid),
    size: entry.kind === 'file' ? entry.content.size : 0,
    sha256: entry.kind === 'file' ? entry.content.sha256 : '',
    to: entry.kind === 'link' ? entry.to : '',
    flags: suite.flags?.(entry) ?? [],
  };
}

/** A directory that is there because something below it is. */
function isPlainDirectory(entry: FactEntry): boolean {
  return entry.kind === 'dir' && entry.mode === 0o755 && (entry.user === 'root' || entry.user === '0');
}
