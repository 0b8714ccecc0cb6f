/** Opens a binary package of any origin: its control files in memory, its data as a stream. */
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Method, Unpacker } from '../../build/model/format.ts';
import { type ArMember, readAr } from '../archives/ar.ts';
import { readTar, type TarEntry } from '../archives/tar.ts';
import { parseControl } from './fields.ts';

/** Bounds of what is kept in memory; the largest in Debian are md5sums of some hundred KiB. */
const LARGEST_CONTROL_FILE = 16 << 20;
const LARGEST_CONTROL = 64 << 20;
const MOST_CONTROL_FILES = 1000;

const METHODS: Readonly<Record<string, Method>> = { '.xz': 'xz', '.zst': 'zstd', '.gz': 'gzip', '': 'none' };

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm', 'config'];

export interface OpenedDeb {
  /** The control file's fields in their order. */
  fields: Readonly<Record<string, string>>;
  /** The control file as it is. */
  control: string;
  /** Every control file by name, `control` among them. */
  controlFiles: ReadonlyMap<string, Buffer>;
  /** The files in the archive's order, each time from the start. */
  data(): AsyncIterable<TarEntry>;
}

/** @throws PackwrightError with the place where the bytes are not a binary package. */
export async function readDebFiles(source: ByteSource, unpacker: Unpacker): Promise<OpenedDeb> {
  const members = await readAr(source);
  const [magic, ...rest] = members;
  if (magic?.name !== 'debian-binary')
    throw new PackwrightError(source.name, 'is not a deb: debian-binary is not first');
  await checkFormatVersion(source, magic);
  // deb(5): members whose names begin with an underscore are for others.
  const [control, data, ...others] = rest.filter((member) => !member.name.startsWith('_'));
  const controlMethod = methodOf(control, 'control.tar', source);
  const dataMethod = methodOf(data, 'data.tar', source);
  if (others.length > 0) throw new PackwrightError(source.name, `has a member ${others[0]!.name} after the data`);
  const where = `${source.name}: ${control!.name}`;
  const bytes = unpacker.unpack(source, control!.offset, control!.size, controlMethod);
  const controlFiles = await readControlFiles(bytes, where);
  const text = decodeText(controlFiles.get('control'), `${where}: control`);
  return {
    fields: parseControl(text, `${where}: control`),
    control: text,
    controlFiles,
    data: () => readTar(unpacker.unpack(source, data!.offset, data!.size, dataMethod), `${source.name}: ${data!.name}`),
  };
}

async function checkFormatVersion(source: ByteSource, member: ArMember): Promise<void> {
  const text = member.size > 100 ? '' : Buffer.from(await source.read(member.offset, member.size)).toString('latin1');
  if (!/^2\.\d+\n/.test(text)) {
    throw new PackwrightError(
      `${source.name}: debian-binary`,
      'the format version is not 2',
      'only deb 2.x packages are read',
    );
  }
}

function methodOf(member: ArMember | undefined, stem: string, source: ByteSource): Method {
  if (!member?.name.startsWith(stem)) {
    throw new PackwrightError(
      source.name,
      `is not a deb: ${member ? `${member.name} stands where` : 'it ends before'} ${stem} is due`,
    );
  }
  const suffix = member.name.slice(stem.length);
  const method = Object.hasOwn(METHODS, suffix) ? METHODS[suffix] : undefined;
  if (!method) throw new PackwrightError(source.name, `${member.name} is compressed in a way that is not read here`);
  return method;
}

async function readControlFiles(bytes: AsyncIterable<Uint8Array>, where: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let total = 0;
  for await (const entry of readTar(bytes, where)) {
    if (entry.path === '/' && entry.kind === 'dir') continue;
    const name = entry.path.slice(1);
    if (entry.kind !== 'file' || name.includes('/'))
      throw new PackwrightError(where, `${name} is not a plain control file`);
    if (files.has(name)) throw new PackwrightError(where, `${name} comes twice`);
    total += entry.size;
    if (entry.size > LARGEST_CONTROL_FILE || total > LARGEST_CONTROL || files.size === MOST_CONTROL_FILES) {
      throw new PackwrightError(where, `${name} is too large or one too many for a control file`);
    }
    if (SCRIPTS.includes(name) && (entry.mode & 0o111) === 0)
      throw new PackwrightError(where, `${name} is not executable`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.data) chunks.push(chunk);
    files.set(name, Buffer.concat(chunks));
  }
  return files;
}

/** @throws PackwrightError when the file is missing or not UTF-8. */
export function decodeText(bytes: Buffer | undefined, where: string): string {
  if (!bytes) throw new PackwrightError(where, 'is missing');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PackwrightError(where, 'is not UTF-8', '', cause);
  }
}
