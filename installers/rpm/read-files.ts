// The files a header promises, and the payload held against them.
import { PackwrightError } from '../../build/model/errors.ts';
import type { Unpacker } from '../../build/model/format.ts';
import type { FactEntry } from '../../build/model/package.ts';
import { readCpio } from '../archives/cpio.ts';
import type { ParsedHeader } from './read-header.ts';
import { TAGS } from './tags.ts';

/** A file as the header has it. */
export interface HeaderFile {
  path: string;
  /** `st_mode`. */
  mode: number;
  size: number;
  user: string;
  group: string;
  to: string;
  /** Hex; empty for what is no regular file, and for ghosts. */
  digest: string;
  /** Words of the spec file, sorted. */
  flags: string[];
}

const TYPE_MASK = 0o170000;
const KINDS: ReadonlyMap<number, FactEntry['kind']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'dir'],
  [0o120000, 'link'],
]);
/** OpenPGP's hash numbers (RFC 9580, section 9.5). */
const DIGESTS: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};
const MD5 = 1;

/** @throws PackwrightError when the arrays disagree or point outside. */
export function headerFiles(header: ParsedHeader, where: string): HeaderFile[] {
  const bases = header.texts(TAGS.BASENAMES[0]);
  const count = bases.length;
  const column = <T>(name: keyof typeof TAGS, values: T[]): T[] => {
    if (values.length === count) return values;
    throw damaged(where, `header: ${name} has ${values.length} values for ${count} files`);
  };
  const texts = (name: keyof typeof TAGS) => column(name, header.texts(TAGS[name][0]));
  const numbers = (name: keyof typeof TAGS) => column(name, header.numbers(TAGS[name][0]));
  if (count === 0) return [];
  const directories = header.texts(TAGS.DIRNAMES[0]);
  const places = numbers('DIRINDEXES');
  const sizes = header.tags.includes(TAGS.LONGFILESIZES[0]) ? numbers('LONGFILESIZES') : numbers('FILESIZES');
  const modes = numbers('FILEMODES');
  const users = texts('FILEUSERNAME');
  const groups = texts('FILEGROUPNAME');
  const links = texts('FILELINKTOS');
  const digests = texts('FILEDIGESTS');
  const flags = numbers('FILEFLAGS');
  const seen = new Set<string>();
  return bases.map((base, i) => {
    const path = `${directories[places[i]!] ?? ''}${base}`;
    const parts = path.split('/').slice(1);
    if (
      !path.startsWith('/') ||
      path.length > 4096 ||
      parts.some((part) => part === '' || part === '.' || part === '..')
    ) {
      throw damaged(where, `header: file ${i} has the path ${JSON.stringify(path.slice(0, 200))}`);
    }
    if (seen.has(path)) throw damaged(where, `header: ${path} comes twice`);
    seen.add(path);
    return {
      path,
      mode: modes[i]!,
      size: sizes[i]!,
      user: users[i]!,
      group: groups[i]!,
      to: links[i]!,
      digest: digests[i]!,
      flags: flagWords(flags[i]!),
    };
  });
}

/** RPMFILE_* as the spec file spells them. */
function flagWords(flags: number): string[] {
  const words: string[] = [];
  if (flags & 1) words.push(flags & 16 ? 'config(noreplace)' : flags & 8 ? 'config(missingok)' : 'config');
  if (flags & 2) words.push('doc');
  if (flags & 64) words.push('ghost');
  if (flags & 128) words.push('license');
  if (flags & 256) words.push('readme');
  return words;
}

/** Streams the payload once and holds every member against its row in the header. */
export async function readPayload(
  files: readonly HeaderFile[],
  header: ParsedHeader,
  payload: AsyncIterable<Uint8Array>,
  digest: Unpacker['digest'],
  where: string,
): Promise<FactEntry[]> {
  const digestNumber = header.numbers(TAGS.FILEDIGESTALGO[0])[0] ?? MD5;
  const algorithm = DIGESTS[digestNumber];
  if (!algorithm) throw damaged(where, `header: FILEDIGESTALGO ${digestNumber} is unknown`);
  const expected = new Map(files.map((file) => [file.path, file]));
  const sha256 = new Map<string, string>();
  /** Names of a hard-linked file whose data comes with the last of them. */
  const waiting = new Map<number, string[]>();
  for await (const member of readCpio(payload, where)) {
    const path = member.name.replace(/^\.?\/?/, '/');
    const file = expected.get(path);
    if (!file) throw damaged(where, `payload: ${JSON.stringify(path)} is not in the header, or comes twice`);
    expected.delete(path);
    if (member.mode !== file.mode)
      throw damaged(where, `payload: ${path} has the mode ${member.mode.toString(8)}, not ${file.mode.toString(8)}`);
    const linked = [...(waiting.get(member.ino) ?? []), path];
    if (member.nlink > 1 && member.size === 0 && file.size > 0) {
      waiting.set(member.ino, linked);
      continue;
    }
    waiting.delete(member.ino);
    const kind = kindOf(file, where);
    const size = kind === 'dir' ? 0 : file.size;
    if (member.size !== size) throw damaged(where, `payload: ${path} has ${member.size} bytes, not ${size}`);
    if (kind === 'link') await checkLink(member.data, file, where);
    if (kind === 'file') {
      // SHA-256 for the facts, and the digest the header speaks of.
      const [fact = '', found] = await digest(member.data, ['sha256', algorithm]);
      if (found !== file.digest.toLowerCase())
        throw damaged(where, `payload: ${path} does not match its digest in the header`);
      for (const name of linked) sha256.set(name, fact);
    }
  }
  for (const [path, file] of expected) {
    if (!file.flags.includes('ghost')) throw damaged(where, `payload: ${path} is missing`);
  }
  for (const [path] of [...waiting.values()])
    throw damaged(where, `payload: the data of the hard link ${path} is missing`);
  return files.map((file) => factOf(file, sha256.get(file.path) ?? '', where));
}

function factOf(file: HeaderFile, sha256: string, where: string): FactEntry {
  const kind = kindOf(file, where);
  const { path, user, group, to, flags } = file;
  return {
    path,
    kind,
    mode: file.mode & 0o7777,
    user,
    group,
    size: kind === 'file' ? file.size : 0,
    sha256,
    to,
    flags,
  };
}

function kindOf(file: HeaderFile, where: string): FactEntry['kind'] {
  const kind = KINDS.get(file.mode & TYPE_MASK);
  if (!kind) throw damaged(where, `${file.path} is a device or another special file (mode ${file.mode.toString(8)})`);
  return kind;
}

async function checkLink(data: AsyncIterable<Uint8Array>, file: HeaderFile, where: string): Promise<void> {
  const wanted = Buffer.from(file.to);
  let at = 0;
  for await (const chunk of data) {
    if (Buffer.compare(chunk, wanted.subarray(at, at + chunk.length)) !== 0) at = -1;
    if (at < 0) break;
    at += chunk.length;
  }
  if (at !== wanted.length) throw damaged(where, `payload: ${file.path} does not point to ${JSON.stringify(file.to)}`);
}

function damaged(where: string, what: string): PackwrightError {
  return new PackwrightError(where, what, 'the file is damaged; get it again');
}
