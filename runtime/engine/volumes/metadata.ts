/** The metadata of an entry: a stream of its own that holds one JSON object, all of whose values are texts. */
import { jsonText, parseObject } from './json-text.ts';
import { damaged } from './volume-error.ts';

/** 100 ns since the year 1, UTC (.NET's ticks), at 1970, and the last of the year 9999, the last that there is. */
const [TICKS_AT_1970, LAST_TICKS] = [621_355_968_000_000_000n, 3_155_378_975_999_999_999n];
/** Most bytes of it that are read: extended attributes may have 64 KiB each. */
export const LARGEST_METADATA = 16 << 20;

/** Begins the name of an extended attribute; the value is base64. */
export const ATTRIBUTE = 'unix-ext:';

/** Keys of our own, for what Duplicati has no place for: its reader skips what it does not know, as long as it is text. */
export const OWN_KEYS = {
  /** The mode with setuid, setgid and sticky bit, decimal, of entries that have any of them. */
  mode: 'packwright:mode',
  /** What has to be added to `CoreLastWritetime`, in nanoseconds: 1 to 99, or more where .NET's years do not reach. */
  nanoseconds: 'packwright:nanoseconds',
  /** Target of a link that is not UTF-8, base64. */
  linkTarget: 'packwright:link-target',
  /** Begins the name of an extended attribute of a link. */
  linkAttribute: 'packwright:link-ext:',
  /** Of one of several names of a file: its inode and where its file system is. What has the same text, and content, is one file. */
  hardLink: 'packwright:hard-link',
  /** Where a file has no data: `FROM+LENGTH`, bytes, with commas. */
  holes: 'packwright:holes',
} as const;

/** First byte of a hole, and the first one behind it. */
export type Hole = readonly [from: number, to: number];
/** Holes that are recorded of one file: the largest. The others come back as zeros. */
const MOST_HOLES = 10_000;

/** What is known of an entry; what is absent was not recorded. */
export interface Metadata {
  uid?: number;
  gid?: number;
  /** Nine bits, as Duplicati records, and three more where we did. */
  mode?: number;
  owner?: string;
  group?: string;
  /** In nanoseconds since 1970. */
  modified?: bigint;
  /** Target of a symbolic link. */
  linkTarget?: string | Buffer;
  /** Extended attributes by their names, in the notation of `name-text.ts`. */
  attributes: ReadonlyMap<string, Buffer>;
  /** The same for all names of one file. */
  hardLink?: string;
  holes: readonly Hole[];
}

/** @throws VolumeError */
export function readMetadata(bytes: Buffer): Metadata {
  const object = parseObject(bytes, 'metadata');
  const attributes = new Map<string, Buffer>();
  for (const [name, value] of Object.entries(object)) {
    const prefix = [ATTRIBUTE, OWN_KEYS.linkAttribute].find((one) => name.startsWith(one));
    if (prefix !== undefined && typeof value === 'string')
      attributes.set(name.slice(prefix.length), Buffer.from(value, 'base64'));
  }
  const text = (name: string) => {
    const value = object[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const ticks = text('CoreLastWritetime');
  const rawTarget = text(OWN_KEYS.linkTarget);
  const linkTarget = rawTarget === undefined ? text('CoreSymlinkTarget') : Buffer.from(rawTarget, 'base64');
  const [owner, group] = [text('unix:owner-name'), text('unix:group-name')];
  const hardLink = text(OWN_KEYS.hardLink);
  return {
    ...readPermissions(text('unix:uid-gid-perm'), text(OWN_KEYS.mode)),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(ticks === undefined ? {} : { modified: nanosecondsOf(ticks, text(OWN_KEYS.nanoseconds)) }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(hardLink === undefined ? {} : { hardLink }),
    attributes,
    holes: readHoles(text(OWN_KEYS.holes)),
  };
}

/** The blob of these texts, in their order, after a byte order mark. */
export function writeMetadata(texts: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(`\ufeff${jsonText(texts)}`);
}

export function formatHoles(holes: readonly Hole[]): string {
  let kept = holes;
  if (holes.length > MOST_HOLES) {
    const largest = holes.toSorted((one, other) => other[1] - other[0] - (one[1] - one[0])).slice(0, MOST_HOLES);
    kept = largest.sort((one, other) => one[0] - other[0]);
  }
  return kept.map(([from, to]) => `${from}+${to - from}`).join(',');
}

/** In order, none over another. */
function readHoles(text: string | undefined): Hole[] {
  if (text === undefined) return [];
  const holes: Hole[] = [];
  for (const piece of text.split(',', MOST_HOLES)) {
    const [from = 0, length = 0] = /^(\d{1,16})\+(\d{1,16})$/.exec(piece)?.slice(1).map(Number) ?? [];
    const to = from + length;
    if (length === 0 || from < (holes.at(-1)?.[1] ?? 0) || !Number.isSafeInteger(to))
      throw damaged(`metadata has ${JSON.stringify(piece.slice(0, 50))} for a hole`);
    holes.push([from, to]);
  }
  return holes;
}

/** `UID-GID-MODE`, all decimal. Nobody's setuid bit is taken: without an owner there is none. */
function readPermissions(text: string | undefined, all: string | undefined): Pick<Metadata, 'uid' | 'gid' | 'mode'> {
  if (text === undefined) return {};
  const [uid, gid, mode] = /^(\d{1,10})-(\d{1,10})-(\d{1,4})$/.exec(text)?.slice(1).map(Number) ?? [];
  if (
    uid === undefined ||
    gid === undefined ||
    mode === undefined ||
    uid > 0xffffffff ||
    gid > 0xffffffff ||
    mode > 0o7777
  ) {
    throw damaged(`metadata has ${JSON.stringify(text.slice(0, 50))} for its permissions`);
  }
  const special = all !== undefined && /^\d{1,4}$/.test(all) ? Number(all) & 0o7000 : 0;
  return { uid, gid, mode: mode | special };
}

function nanosecondsOf(ticks: string, more: string | undefined): bigint {
  if (!/^\d{1,19}$/.test(ticks)) throw damaged(`metadata has ${JSON.stringify(ticks.slice(0, 50))} for its time`);
  if (more !== undefined && !/^-?\d{1,20}$/.test(more))
    throw damaged(`metadata has ${JSON.stringify(more.slice(0, 50))} for its nanoseconds`);
  return nanosecondsAt(BigInt(ticks)) + BigInt(more ?? 0);
}

/** Ticks of a time in nanoseconds since 1970: downwards, also before it, and the nearest where .NET knows no such year. */
export function ticksOf(nanoseconds: bigint): bigint {
  const rest = ((nanoseconds % 100n) + 100n) % 100n;
  const ticks = (nanoseconds - rest) / 100n + TICKS_AT_1970;
  return ticks < 0n ? 0n : ticks > LAST_TICKS ? LAST_TICKS : ticks;
}

export function nanosecondsAt(ticks: bigint): bigint {
  return (ticks - TICKS_AT_1970) * 100n;
}

/** Seconds since 1970 as a list of files has them. */
export function listedSeconds(nanoseconds: bigint): number {
  const ticks = ticksOf(nanoseconds);
  return Number((ticks - (ticks % 10_000_000n) - TICKS_AT_1970) / 10_000_000n);
}
