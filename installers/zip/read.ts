import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { readZip, type ZipMember } from '../archives/zip/zip.ts';

/** `FOLDER/package.txt`, in lines of `Key: value`. */
const LABEL = /^[^/]+\/package\.txt$/;
const LONGEST_LABEL = 64 << 10;
const ARCHES: Readonly<Record<string, Arch>> = { x64: 'x64', arm64: 'arm64' };

/** Everything a package says, and all its files, each with its CRC-32 compared. @throws PackwrightError where it is not sound, or no package. */
export async function readZipPackage(file: ByteSource, unpacker: Unpacker): Promise<PackageFacts> {
  const refuse = (what: string): never => {
    throw new PackwrightError(file.name, what, 'fetch or build it again');
  };
  const entries: FactEntry[] = [];
  let label: Record<string, string> | undefined;
  for await (const member of readZip(file, unpacker)) {
    const isLabel = LABEL.test(member.name);
    if (isLabel && member.size > LONGEST_LABEL) refuse(`${member.name} is too large`);
    const kept: Uint8Array[] = [];
    const data = isLabel ? keepBytes(member, kept) : member.data;
    const [sha256 = '', crc32] = await unpacker.digest(data, ['sha256', 'crc32']);
    if (crc32 !== member.crc32) refuse(`the CRC-32 of ${member.name} differs`);
    if (isLabel) label = readLabel(Buffer.concat(kept).toString('utf8'));
    entries.push(fileFact(`/${member.name}`, member.size, sha256));
  }
  const { Name: name = '', Version: version = '', Architecture = '' } = label ?? refuse('it has no package.txt');
  const arch = ARCHES[Architecture] ?? refuse(`its processor "${Architecture}" is not known here`);
  if (name === '' || version === '') refuse('its package.txt gives no name or no version');
  if (new Set(entries.map(({ path }) => path.split('/')[1])).size !== 1) refuse('its files do not lie in one folder');
  return { format: 'zip', name, version, trees: [{ arch, entries }], metadata: { ...label }, scripts: {} };
}

function fileFact(path: string, size: number, sha256: string): FactEntry {
  return { path, kind: 'file', mode: 0o644, user: 'root', group: 'root', size, sha256, to: '', flags: [] };
}

async function* keepBytes({ data }: ZipMember, kept: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of data) {
    kept.push(Buffer.from(chunk));
    yield chunk;
  }
}

function readLabel(text: string): Record<string, string> {
  const fields = text.split('\r\n').map((line) => /^([A-Za-z]+): (.*)$/.exec(line));
  return Object.fromEntries(fields.flatMap((match) => (match ? [[match[1], match[2]]] : [])));
}
