/** The metadata of an entry: a stream of its own that holds one JSON object, all of whose values are texts. */
import { jsonText, parseObject } from './json-text.ts';
import { damaged } from './volume-error.ts';

/** 100 ns since the year 1, UTC (.NET's ticks), at 1970. */
export const TICKS_AT_1970 = 621_355_968_000_000_000n;
/** Most bytes of it that are read: extended attributes may have 64 KiB each. */
export const LARGEST_METADATA = 16 << 20;

const XATTR = 'unix-ext:';
/** A key of our own, which Duplicati skips: the mode with setuid, setgid and sticky bit, decimal, of entries that have any of them. */
export const ALL_MODE_BITS = 'packwright:mode';

/** What is known of an entry; what is absent was not recorded. */
export interface Metadata {
  uid?: number;
  gid?: number;
  /** Nine bits, as Duplicati records, and three more where we did. */
  mode?: number;
  owner?: string;
  group?: string;
  /** In nanoseconds since 1970; a multiple of 100. */
  modified?: bigint;
  /** Target of a symbolic link. */
  linkTarget?: string;
  /** Extended attributes by their names. */
  attributes: ReadonlyMap<string, Buffer>;
}

/** @throws VolumeError */
export function readMetadata(bytes: Buffer): Metadata {
  const object = parseObject(bytes, 'metadata');
  const attributes = new Map<string, Buffer>();
  for (const [name, value] of Object.entries(object)) {
    if (name.startsWith(XATTR) && typeof value === 'string')
      attributes.set(name.slice(XATTR.length), Buffer.from(value, 'base64'));
  }
  const text = (name: string) => {
    const value = object[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const ticks = text('CoreLastWritetime');
  const linkTarget = text('CoreSymlinkTarget');
  const [owner, group] = [text('unix:owner-name'), text('unix:group-name')];
  return {
    ...readPermissions(text('unix:uid-gid-perm'), text(ALL_MODE_BITS)),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(ticks === undefined ? {} : { modified: nanosecondsOf(ticks) }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    attributes,
  };
}

/** The blob of these texts, in their order, after a byte order mark. */
export function writeMetadata(texts: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(`\ufeff${jsonText(texts)}`);
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

function nanosecondsOf(ticks: string): bigint {
  if (!/^\d{1,19}$/.test(ticks)) throw damaged(`metadata has ${JSON.stringify(ticks.slice(0, 50))} for its time`);
  return (BigInt(ticks) - TICKS_AT_1970) * 100n;
}
