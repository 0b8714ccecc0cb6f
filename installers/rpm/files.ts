// The package's files: the header's parallel arrays ("RPM Tags", section "Per-file information") and the cpio payload.
import { PackwrightError } from '../../build/model/errors.ts';
import type { Entry, FileTree } from '../../build/model/file-tree.ts';
import type { Part } from '../../build/model/format.ts';
import { CPIO_MAX_SIZE, cpioPadding, encodeCpioHeader, encodeCpioTrailer } from '../archives/cpio.ts';
import { FILE_FLAGS, type Fields, SHA256, type TAGS } from './tags.ts';

const FILE_TYPES = { file: 0o100000, dir: 0o040000, link: 0o120000 } as const;
const VERIFY_ALL = 0xffffffff;
/** RPMVERIFY_FILEDIGEST, FILESIZE, LINKTO, USER, GROUP, MTIME and MODE: what is not ours to decide for a %ghost. */
const VERIFY_NOT_OURS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40;

/** Fields of the main header that describe files; none for a package without files. */
export type FileFields = Fields<typeof TAGS>;

/**
 * What belongs to the package and is made by the service manager or the service: %ghost. A state directory that were not one would get
 * the package's owner and mode back at every upgrade, below a service that runs as somebody else.
 */
function isGhost(entry: Entry): boolean {
  return entry.kind !== 'link' && (entry.role === 'state' || entry.role === 'log');
}

function fileFlags(entry: Entry): number {
  if (isGhost(entry)) return FILE_FLAGS.ghost;
  if (entry.kind === 'dir') return 0;
  if (entry.role === 'config') return entry.kind === 'file' ? FILE_FLAGS.config | FILE_FLAGS.noreplace : 0;
  if (entry.role === 'doc' || entry.role === 'man') return FILE_FLAGS.doc;
  return entry.role === 'licence' ? FILE_FLAGS.license : 0;
}

function fileMode(entry: Entry): number {
  return FILE_TYPES[entry.kind] | (entry.kind === 'link' ? 0o777 : entry.mode & 0o7777);
}

/** Bytes of data in the payload. A link's data is its text. */
function dataSize(entry: Entry): number {
  if (entry.kind === 'link') return Buffer.byteLength(entry.to);
  return entry.kind === 'file' && !isGhost(entry) ? entry.content.size : 0;
}

/** Installed bytes: the sum over files and links. */
export function installedSize(tree: FileTree): number {
  let size = 0;
  for (const entry of tree) size += dataSize(entry);
  return size;
}

/** The arrays, in the order of the tree, which is the order rpm searches them in. */
export function fileFields(tree: FileTree, epoch: number): FileFields {
  if (tree.length === 0) return {};
  const directories = new Map<string, number>();
  const dirIndexes: number[] = [];
  const baseNames: string[] = [];
  for (const { path } of tree) {
    const cut = path.lastIndexOf('/') + 1;
    const directory = path.slice(0, cut);
    if (!directories.has(directory)) directories.set(directory, directories.size);
    dirIndexes.push(directories.get(directory)!);
    baseNames.push(path.slice(cut));
  }
  return {
    FILESIZES: tree.map(dataSize),
    FILEMODES: tree.map(fileMode),
    FILERDEVS: tree.map(() => 0),
    FILEMTIMES: tree.map(() => epoch),
    FILEDIGESTS: tree.map((entry) => (entry.kind === 'file' && !isGhost(entry) ? entry.content.sha256 : '')),
    FILELINKTOS: tree.map((entry) => (entry.kind === 'link' ? entry.to : '')),
    FILEFLAGS: tree.map(fileFlags),
    FILEUSERNAME: tree.map((entry) => entry.owner?.user ?? 'root'),
    FILEGROUPNAME: tree.map((entry) => entry.owner?.group ?? 'root'),
    FILEVERIFYFLAGS: tree.map((entry) => (isGhost(entry) ? VERIFY_ALL - VERIFY_NOT_OURS : VERIFY_ALL)),
    FILEDEVICES: tree.map(() => 1),
    FILEINODES: tree.map((_, index) => index + 1),
    FILELANGS: tree.map(() => ''),
    DIRINDEXES: dirIndexes,
    BASENAMES: baseNames,
    DIRNAMES: [...directories.keys()],
    FILEDIGESTALGO: [SHA256],
  };
}

/**
 * The payload: a cpio archive of everything but ghosts, its names with a leading `./`. Each content is a part of its own, so that its
 * compressed form can be used again.
 * @throws PackwrightError for a file of 4 GiB or more, which cpio's header cannot describe.
 */
export function payloadParts(tree: FileTree, epoch: number, where: string): Part[] {
  const parts: Part[] = [];
  let generated: Uint8Array[] = [];
  const flush = () => {
    if (generated.length > 0) parts.push(Buffer.concat(generated));
    generated = [];
  };
  for (const [index, entry] of tree.entries()) {
    if (isGhost(entry)) continue;
    const size = dataSize(entry);
    if (size > CPIO_MAX_SIZE) {
      const what = `${entry.path} has ${size} bytes; a file in an rpm ends at 4 GiB`;
      throw new PackwrightError(where, what, 'split the file or leave it out');
    }
    const member = { name: `.${entry.path}`, ino: index + 1, mode: fileMode(entry), nlink: 1, mtime: epoch, size };
    generated.push(encodeCpioHeader(member));
    if (entry.kind === 'link') generated.push(Buffer.from(entry.to));
    if (entry.kind === 'file' && size > 0) {
      flush();
      parts.push(entry.content);
    }
    generated.push(cpioPadding(size));
  }
  generated.push(encodeCpioTrailer());
  flush();
  return parts;
}
