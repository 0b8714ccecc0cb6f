/** Names of files at a destination (Duplicati's grammar: `PREFIX-IDENT.KIND.COMPRESSION[.ENCRYPTION]`). */
import { formatTime, parseTime } from './time-text.ts';

export type VolumeKind = 'dblock' | 'dindex' | 'dlist';

/** A volume's name in its parts. */
export interface RemoteName {
  /** At least one character, none of them `-`. */
  prefix: string;
  kind: VolumeKind;
  /** 32 lower-case hex digits of a dblock or dindex; of a dlist its time in seconds since 1970, UTC. */
  ident: string | number;
  /** Such as `zip`. */
  compression: string;
  /** Such as `aes` or `gpg`; absent where nothing is encrypted. */
  encryption?: string;
}

// Read as Duplicati reads: either letter in either case, any character before the kind. The word decides about the kind, not the letter.
const NAME =
  /^(?<prefix>[^-]+)-(?:(?<time>\d{8}T\d{6}Z)|[bBiI|](?<guid>[0-9a-fA-F]+))\.(?<kind>dblock|dindex|dlist)\.(?<compression>[^.]+)(?:\.(?<encryption>.+))?$/su;

/** The parts of a name, or undefined when it is no volume's. */
export function parseRemoteName(name: string): RemoteName | undefined {
  const { prefix, time, guid, kind, compression, encryption } = NAME.exec(name)?.groups ?? {};
  if (prefix === undefined || compression === undefined || !isKind(kind)) return undefined;
  const ident = kind === 'dlist' ? parseTime(time ?? '') : guid;
  if (ident === undefined) return undefined;
  return { prefix, kind, ident, compression, ...(encryption === undefined ? {} : { encryption }) };
}

export function formatRemoteName({ prefix, kind, ident, compression, encryption }: RemoteName): string {
  const middle = typeof ident === 'number' ? formatTime(ident) : `${kind === 'dblock' ? 'b' : 'i'}${ident}`;
  return `${prefix}-${middle}.${kind}.${compression}${encryption === undefined ? '' : `.${encryption}`}`;
}

function isKind(word: string | undefined): word is VolumeKind {
  return word === 'dblock' || word === 'dindex' || word === 'dlist';
}
