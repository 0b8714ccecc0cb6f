/** The reader against packages that rpmbuild made, and against damage that hides behind sound digests. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { PackageFacts } from '../../../build/model/package.ts';
import { encodeHeader } from '../../../installers/rpm/header.ts';
import { encodeLead } from '../../../installers/rpm/lead.ts';
import { readHeader } from '../../../installers/rpm/read-header.ts';
import { rpm } from '../../../installers/rpm/rpm.ts';
import { type Fields, HEADER_SIGNATURES, SIGNATURE_TAGS } from '../../../installers/rpm/tags.ts';
import {
  memoryBlobs as blobs,
  memorySource,
  readArtifact,
  seededNumbers,
  memoryUnpacker as unpacker,
} from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { thing } from './thing.ts';

const SPEC = new URL('goldens/peer.spec', import.meta.url);
const read = (bytes: Uint8Array): Promise<PackageFacts> => rpm.read(memorySource('x.rpm', bytes), unpacker);

for (const [method, payload] of [
  ['gzip', 'w9.gzdio'],
  ['xz', 'w6.xzdio'],
  ['zstd', 'w19T2.zstdio'],
] as const) {
  test(`a package that rpmbuild made with ${method} is read`, async (t) => {
    if (!haveTool(t, 'rpmbuild')) return;
    const facts = await read(buildPeer(t, payload));
    t.is(facts.name, 'peer');
    t.is(facts.version, '2:1.2.0~beta.2-3');
    t.is(facts.metadata.PAYLOADCOMPRESSOR, method);
    t.is(facts.metadata.OBSOLETES, 'older < 1');
    t.regex(facts.metadata.REQUIRES!, /^\(post\) \/bin\/sh$/m);
    t.deepEqual(facts.scripts, {
      pre: 'echo pre',
      post: 'echo post',
      verify: 'echo verify',
      pretrans: 'print("x")',
      'trigger 1': 'echo trigger',
    });
    t.deepEqual(
      facts.trees[0]!.entries.map((entry) => [
        entry.path,
        entry.kind,
        entry.mode.toString(8),
        entry.size,
        entry.to,
        entry.flags.join(),
      ]),
      [
        ['/etc/peer.conf', 'file', '640', 4, '', 'config(noreplace)'],
        ['/etc/peer.strict', 'file', '644', 4, '', 'config'],
        ['/usr/bin/peer', 'link', '777', 0, '../lib/peer/one', ''],
        ['/usr/lib/peer', 'dir', '755', 0, '', ''],
        ['/usr/lib/peer/one', 'file', '755', 10, '', ''],
        ['/usr/lib/peer/three', 'file', '755', 10, '', ''],
        ['/usr/lib/peer/two', 'file', '755', 10, '', ''],
        ['/usr/share/doc/peer/README', 'file', '644', 4, '', 'doc'],
        ['/usr/share/licenses/peer/LICENSE', 'file', '644', 4, '', 'license'],
        ['/var/log/peer.log', 'file', '644', 0, '', 'ghost'],
      ],
    );
    const hardLinks = facts.trees[0]!.entries.filter((entry) => /one|two|three/.test(entry.path));
    t.is(new Set(hardLinks.map((entry) => entry.sha256)).size, 1);
    t.is(hardLinks[0]!.sha256, createHash('sha256').update('#!/bin/sh\n').digest('hex'));
  });
}

test('what the reader does not know is refused with its name', async (t) => {
  if (!haveTool(t, 'rpmbuild')) return;
  await t.throwsAsync(read(buildPeer(t, 'w9.bzdio')), {
    instanceOf: PackwrightError,
    message: /compressed with bzip2/,
  });
  await t.throwsAsync(read(buildPeer(t, 'w9.gzdio', ['--target', 'noarch'])), { message: /architecture noarch/ });
  await t.throwsAsync(read(buildPeer(t, 'w9.gzdio', ['-bs'])), { message: /source package/ });
});

function buildPeer(t: ExecutionContext, payload: string, more: readonly string[] = []): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'rpm-peer-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const spec = join(folder, 'peer.spec');
  writeFileSync(spec, readFileSync(SPEC));
  const defines = [
    `_topdir ${folder}/top`,
    `_rpmdir ${folder}/out`,
    `_srcrpmdir ${folder}/out/src`,
    `_binary_payload ${payload}`,
    '_build_id_links none',
  ];
  runTool('rpmbuild', [
    ...(more.includes('-bs') ? [] : ['-bb']),
    ...more,
    '--quiet',
    ...defines.flatMap((define) => ['-D', define]),
    spec,
  ]);
  const names = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' });
  return readFileSync(join(folder, 'out', names.find((name) => name.endsWith('.rpm'))!));
}

/** The parts of a package, to be damaged and sealed again with digests that fit. */
async function openPackage(given?: Buffer) {
  const [artifact] = await rpm.write(thing(), blobs, { method: 'gzip', level: 9 });
  const bytes = given ?? (await readArtifact(artifact!));
  const source = memorySource('x.rpm', bytes);
  const signature = await readHeader(source, 96, 'signature');
  const header = await readHeader(source, signature.end + (-signature.end & 7), 'main');
  return {
    bytes,
    header: header.bytes,
    raw: gunzipSync(bytes.subarray(header.end)),
    packed: bytes.subarray(header.end),
  };
}

const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function seal(header: Buffer, packed: Buffer, signed: Fields<typeof SIGNATURE_TAGS> = {}): Buffer {
  const fields = { SHA256: hex(header), SIZE: [header.length + packed.length], ...signed };
  const signature = encodeHeader(HEADER_SIGNATURES, SIGNATURE_TAGS, fields, 'x');
  return Buffer.concat([encodeLead('x', 'x64'), signature, Buffer.alloc(-signature.length & 7), header, packed]);
}

/** The same package with another payload, its digests renewed. */
function withPayload(opened: Awaited<ReturnType<typeof openPackage>>, raw: Buffer): Buffer {
  const packed = gzipSync(raw, { level: 1 });
  const text = opened.header
    .toString('latin1')
    .replace(hex(opened.packed), hex(packed))
    .replace(hex(opened.raw), hex(raw));
  return seal(Buffer.from(text, 'latin1'), packed);
}

test('a payload that differs from the header is refused, whatever its digests say', async (t) => {
  const opened = await openPackage();
  t.is((await read(withPayload(opened, opened.raw))).name, 'thing');
  const refuse = async (change: (text: string) => string, message: RegExp) => {
    const raw = Buffer.from(change(opened.raw.toString('latin1')), 'latin1');
    await t.throwsAsync(read(withPayload(opened, raw)), { instanceOf: PackwrightError, message });
  };
  await refuse((text) => text.replace('Read me', 'Read ME'), /README does not match its digest/);
  await refuse(
    (text) => text.replace('./usr/bin/thing', './usr/bin/thinG'),
    /"\/usr\/bin\/thinG" is not in the header/,
  );
  await refuse((text) => text.replace('./usr/lib/thing.txt', './usr/../../thing.t'), /not in the header/);
  await refuse((text) => text.replace('../lib/thing/bin', '../lib/thing/BIN'), /bin\/thing does not point to/);
  await refuse((text) => text.replace('000081a4', '000089ed'), /has the mode 104755, not 100644/);
  await refuse((text) => text.slice(text.lastIndexOf('070701')), /default\/thing is missing/);
  await refuse((text) => text.slice(0, -124), /ends early/);
});

test('every digest and size is held against the bytes it is about', async (t) => {
  const { header, packed, raw } = await openPackage();
  const refuse = async (bytes: Buffer, message: RegExp) => {
    await t.throwsAsync(read(bytes), { instanceOf: PackwrightError, message });
  };
  const withDigest = (old: Buffer) => Buffer.from(header.toString('latin1').replace(hex(old), hex(header)), 'latin1');
  await refuse(seal(withDigest(packed), packed), /payload does not match PAYLOADDIGEST \(tag 5092\)/);
  await refuse(seal(header, packed, { SHA256: hex(raw) }), /header does not match its SHA256 digest/);
  await refuse(seal(header, packed, { SHA256: undefined, SHA1: hex(raw).slice(24) }), /match its SHA1 digest/);
  await refuse(seal(header, packed, { SHA256: undefined }), /no digest of the header/);
  await refuse(seal(header, packed, { SIZE: [header.length] }), /bytes instead of/);
  await refuse(seal(header, packed, { PAYLOADSIZE: [raw.length + 4] }), /unpacked payload has \d+ bytes instead of/);
  t.is((await read(seal(header, packed, { SIZE: undefined, PAYLOADSIZE: [raw.length] }))).name, 'thing');
});

test('the digest of the unpacked payload is held against it where there is one', async (t) => {
  if (!haveTool(t, 'rpmbuild')) return;
  const { header, packed, raw } = await openPackage(buildPeer(t, 'w9.gzdio'));
  t.is((await read(seal(header, packed))).name, 'peer');
  const other = Buffer.from(header.toString('latin1').replace(hex(raw), hex(header)), 'latin1');
  const message = /does not match PAYLOADDIGESTALT \(tag 5097\)/;
  await t.throwsAsync(read(seal(other, packed)), { instanceOf: PackwrightError, message });
});

test('5,000 mutations, most of them behind renewed digests, end in facts or in one clear error', async (t) => {
  const opened = await openPackage();
  const facts = await read(opened.bytes);
  const number = seededNumbers(5);
  let refused = 0;
  const attempt = async (bytes: Buffer): Promise<PackageFacts | undefined> => {
    try {
      return await read(bytes);
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw error;
      refused += 1;
      return undefined;
    }
  };
  for (let i = 0; i < 5000; i++) {
    const kind = i % 3;
    const bytes = mutate([opened.bytes, opened.header, opened.raw][kind]!, number);
    if (kind === 0) await attempt(bytes);
    if (kind === 1) await attempt(seal(bytes, opened.packed));
    if (kind === 2) {
      const found = await attempt(withPayload(opened, bytes));
      if (found) t.deepEqual(found.trees, facts.trees);
    }
  }
  t.true(refused > 3500, `${refused} of 5000 were refused`);
});

/** Some bytes changed, a number put in, a piece cut out or doubled. */
function mutate(bytes: Buffer, number: (below: number) => number): Buffer {
  const broken = Buffer.from(bytes);
  const at = number(bytes.length - 8);
  switch (number(5)) {
    case 0:
      broken[at] = broken[at]! ^ (1 << number(8));
      return broken;
    case 1:
      for (let i = number(8); i >= 0; i--) broken[number(bytes.length)] = number(256);
      return broken;
    case 2:
      broken.writeUInt32BE([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length][number(6)]!, at - (at % 4));
      return broken;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + number(64))]);
    default:
      return Buffer.concat([bytes.subarray(0, at + 8), bytes.subarray(at)]);
  }
}
