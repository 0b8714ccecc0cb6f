// Reads a package of format version 4 and verifies it on the way: lead, both headers, their digests, the payload's, and every file's.
import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Method, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { headerFiles, readPayload } from './read-files.ts';
import { type ParsedHeader, readHeader } from './read-header.ts';
import { metadataOf, scriptsOf } from './read-metadata.ts';
import { SIGNATURE_TAGS, TAGS } from './tags.ts';

const LEAD = 96;
const CHUNK = 1 << 20;
const ARCHES: Readonly<Record<string, Arch>> = { x86_64: 'x64', aarch64: 'arm64' };
const METHODS: Readonly<Record<string, Method>> = { gzip: 'gzip', xz: 'xz', zstd: 'zstd' };
const SHA256 = 8;

/** @throws PackwrightError with the tag or the offset where the bytes are no sound package. */
export async function readRpm(file: ByteSource, unpacker: Unpacker): Promise<PackageFacts> {
  await checkLead(file);
  const signature = await readHeader(file, LEAD, 'signature');
  const header = await readHeader(file, signature.end + (-signature.end & 7), 'main');
  checkHeaderDigest(file, signature, header);
  checkSize(file, signature, header);
  const method = payloadMethod(file, header);
  await checkPayloadDigest(file, signature, header, unpacker);

  const entries = await readEntries(file, signature, header, unpacker, method);
  const text = (name: keyof typeof TAGS): string =>
    header.texts(TAGS[name][0])[0] ?? missing(file, `tag ${TAGS[name][0]} (${name}) is missing from the header`);
  const [epoch] = header.numbers(TAGS.EPOCH[0]);
  const arch =
    ARCHES[text('ARCH')] ??
    missing(file, `the architecture ${text('ARCH')} is none of ${Object.keys(ARCHES).join(', ')}`);
  return {
    format: 'rpm',
    name: text('NAME'),
    version: `${epoch === undefined ? '' : `${epoch}:`}${text('VERSION')}-${text('RELEASE')}`,
    trees: [{ arch, entries }],
    metadata: metadataOf(header),
    scripts: scriptsOf(header),
  };
}

/** The files, and the unpacked payload against its size and digest. */
async function readEntries(
  file: ByteSource,
  signature: ParsedHeader,
  header: ParsedHeader,
  unpacker: Unpacker,
  method: Method,
): Promise<FactEntry[]> {
  const [digest] = payloadAlgorithm(header) === SHA256 ? header.texts(TAGS.PAYLOADDIGESTALT[0]) : [];
  const raw = { hash: digest === undefined ? undefined : createHash('sha256'), size: 0 };
  async function* unpack(): AsyncGenerator<Uint8Array> {
    for await (const chunk of unpacker.unpack(file, header.end, file.size - header.end, method)) {
      raw.hash?.update(chunk);
      raw.size += chunk.length;
      yield chunk;
    }
  }
  const entries = await readPayload(headerFiles(header, file.name), header, unpack(), unpacker.digest, file.name);
  if (raw.hash && digest !== raw.hash.digest('hex')) {
    throw damaged(file, 'the unpacked payload does not match PAYLOADDIGESTALT (tag 5097)');
  }
  const { LONGARCHIVESIZE, PAYLOADSIZE } = SIGNATURE_TAGS;
  const [size] = [...signature.numbers(LONGARCHIVESIZE[0]), ...signature.numbers(PAYLOADSIZE[0])];
  if (size !== undefined && size !== raw.size) {
    throw damaged(file, `the unpacked payload has ${raw.size} bytes instead of ${size} (signature tag 1007)`);
  }
  return entries;
}

async function checkLead(file: ByteSource): Promise<void> {
  if (file.size < LEAD) throw damaged(file, `${file.size} bytes are less than an rpm's lead of ${LEAD}`);
  const lead = Buffer.from(await file.read(0, LEAD));
  if (lead.readUInt32BE(0) !== 0xedabeedb)
    throw new PackwrightError(file.name, 'is no rpm package: its magic is missing', 'check the name');
  if (lead.readUInt16BE(78) !== 5)
    throw damaged(file, `the lead's signature type is ${lead.readUInt16BE(78)}, not 5 (byte 78)`);
  if (lead.readUInt16BE(6) !== 0) throw new PackwrightError(file.name, 'is a source package', 'read a binary package');
}

/** The strongest digest of the header that is there; a package without any is refused. */
function checkHeaderDigest(file: ByteSource, signature: ParsedHeader, header: ParsedHeader): void {
  for (const [name, algorithm] of [
    ['SHA256', 'sha256'],
    ['SHA1', 'sha1'],
  ] as const) {
    const [digest] = signature.texts(SIGNATURE_TAGS[name][0]);
    if (digest === undefined) continue;
    if (digest === createHash(algorithm).update(header.bytes).digest('hex')) return;
    throw damaged(file, `the header does not match its ${name} digest (signature tag ${SIGNATURE_TAGS[name][0]})`);
  }
  throw damaged(file, 'the signature header has no digest of the header (tag 273)');
}

function checkSize(file: ByteSource, signature: ParsedHeader, header: ParsedHeader): void {
  const [size] = [...signature.numbers(SIGNATURE_TAGS.LONGSIZE[0]), ...signature.numbers(SIGNATURE_TAGS.SIZE[0])];
  const found = file.size - header.start;
  if (size !== undefined && size !== found)
    throw damaged(file, `header and payload have ${found} bytes instead of ${size}`);
}

function payloadMethod(file: ByteSource, header: ParsedHeader): Method {
  const [format = 'cpio'] = header.texts(TAGS.PAYLOADFORMAT[0]);
  const [compressor = 'gzip'] = header.texts(TAGS.PAYLOADCOMPRESSOR[0]);
  if (format !== 'cpio') throw damaged(file, `the payload format ${format} is unknown (tag 1124)`);
  return (
    METHODS[compressor] ??
    missing(file, `the payload is compressed with ${compressor}, not with ${Object.keys(METHODS).join(', ')}`)
  );
}

function payloadAlgorithm(header: ParsedHeader): number {
  return header.numbers(TAGS.PAYLOADDIGESTALGO[0])[0] ?? SHA256;
}

/** The payload as it lies in the file against the header's SHA-256, or against the MD5 of packages before rpm 4.14. */
async function checkPayloadDigest(
  file: ByteSource,
  signature: ParsedHeader,
  header: ParsedHeader,
  unpacker: Unpacker,
): Promise<void> {
  const [sha256] = header.texts(TAGS.PAYLOADDIGEST[0]);
  const md5 = signature.binary(SIGNATURE_TAGS.MD5[0])?.toString('hex');
  if (sha256 !== undefined && payloadAlgorithm(header) === SHA256) {
    const digest = await unpacker.digestStored(file, header.end, file.size - header.end);
    if (digest !== sha256) throw damaged(file, 'the payload does not match PAYLOADDIGEST (tag 5092)');
  } else if (md5 !== undefined) {
    const hash = createHash('md5').update(header.bytes);
    for (let at = header.end; at < file.size; at += CHUNK)
      hash.update(await file.read(at, Math.min(CHUNK, file.size - at)));
    const digest = hash.digest('hex');
    if (digest !== md5) throw damaged(file, 'header and payload do not match their MD5 digest (signature tag 1004)');
  } else throw damaged(file, 'there is no digest of the payload (tag 5092)');
}

function missing(file: ByteSource, what: string): never {
  throw damaged(file, what);
}

function damaged(file: ByteSource, what: string): PackwrightError {
  return new PackwrightError(file.name, what, 'the file is damaged or of another kind; get it again');
}
