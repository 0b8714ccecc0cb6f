/** Every reader of the format, given what no writer made: an answer or an error of its own, never anything else. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { openAesRange } from '../../../../runtime/engine/volumes/aes-range.ts';
import { memoryRange, readAhead } from '../../../../runtime/engine/volumes/byte-range.ts';
import { FILE_LIST, readFileList } from '../../../../runtime/engine/volumes/file-list.ts';
import { readIndexedVolume, VOLUME_FOLDER } from '../../../../runtime/engine/volumes/index.ts';
import { FILESET, MANIFEST, readFileset, readManifest } from '../../../../runtime/engine/volumes/manifest.ts';
import { readMetadata } from '../../../../runtime/engine/volumes/metadata.ts';
import { nameOfText, textOfName } from '../../../../runtime/engine/volumes/name-text.ts';
import { formatRemoteName, parseRemoteName } from '../../../../runtime/engine/volumes/remote-name.ts';
import { VolumeError } from '../../../../runtime/engine/volumes/volume-error.ts';
import { readZipEntry } from '../../../../runtime/engine/volumes/zip-content.ts';
import { readZipDirectory } from '../../../../runtime/engine/volumes/zip-directory.ts';
import { readDestinationUrl } from '../../../../runtime/storage/destination-url.ts';
import { StorageError } from '../../../../runtime/storage/storage.ts';
import { mutateBytes } from '../../../suites/mutate.ts';
import { KEYS, volumesOf } from '../duplicati-sets.ts';
import { CASES, type Random, seedRandom } from '../random.ts';

const LARGEST = 1 << 20;
/** A key is derived for each of these. */
const SLOW_CASES = Math.ceil(CASES / 10);
const MIB = 1 << 20;
const WORDS = [
  ...['{', '}', '[', ']', '"', '\\', ',', ':', 'null', '-1', '1e400', '9007199254740993', '0.5', '\\ud800', '\ufeff'],
  ...['"__proto__":{}', '"hash":', '"size":', '"path":"../', '"type":"Folder"', '"blocklists":[', '[[[[[[[[', '\0'],
  ...['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', '\xff\xff\xff\xff', '\x5d\0', '\x08\0'],
  ...['AES\x02', 'AES\x03', '\x7f\xff\xff\xff', '/', '../', 'file:///', '%2', '%00', '?', '&', '#', '@', ']'],
];

/** Content of an entry of a volume that a real Duplicati made. */
function entryOf(set: string, kind: string, isWanted: (name: string) => boolean): Buffer {
  const { file } = volumesOf(set).find(({ name }) => name.kind === kind)!;
  const range = memoryRange(readFileSync(file));
  const entry = [...readZipDirectory(range).values()].find(({ name }) => isWanted(name))!;
  return readZipEntry(range, entry, MIB);
}

const volume = (set: string, kind: string) => readFileSync(volumesOf(set).find(({ name }) => name.kind === kind)!.file);

function readZip(bytes: Buffer): void {
  const range = readAhead(memoryRange(bytes));
  for (const entry of readZipDirectory(range).values()) {
    try {
      readZipEntry(range, entry, LARGEST);
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) throw thrown; // one entry costs no other
    }
  }
}

interface Reader {
  samples: Buffer[];
  /** Bytes at the end that say most of what the rest is; half of the changes are there. */
  tail?: number;
  read(bytes: Buffer, random: Random): unknown;
  cases?: number;
}

const READERS: Readonly<Record<string, Reader>> = {
  'zip archives': {
    tail: 150,
    samples: [volume('plain', 'dlist'), volume('zstd', 'dindex')].filter(({ length }) => length < 20_000),
    read: readZip,
  },
  'lists of files': {
    samples: [entryOf('plain', 'dlist', (name) => name === FILE_LIST)],
    read: async (bytes, random) => {
      const cut = random(bytes.length + 1);
      const parts = (async function* () {
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
      })();
      for await (const { path } of readFileList(parts)) if (typeof path !== 'string') throw new TypeError('no path');
    },
  },
  'indexes of volumes': {
    samples: [entryOf('plain', 'dindex', (name) => name.startsWith(VOLUME_FOLDER))],
    read: (bytes) => readIndexedVolume(bytes, 'vol/x'),
  },
  manifests: {
    samples: [entryOf('plain', 'dlist', (name) => name === MANIFEST)],
    read: (bytes) => {
      const { blocksize } = readManifest(bytes);
      if (!(blocksize > 0)) throw new TypeError('no size of blocks');
    },
  },
  'files of facts': {
    samples: [entryOf('plain', 'dlist', (name) => name === FILESET)],
    read: (bytes) => readFileset(bytes),
  },
  metadata: {
    samples: [
      Buffer.from(
        '{"unix:uid-gid-perm":"0-0-420","unix:owner-name":"root","CoreLastWritetime":"638000000000000000","packwright:holes":"4096+8192","unix-ext:user.a":"YQ==","packwright:nanoseconds":"7"}',
      ),
    ],
    read: (bytes) => {
      if (Object.getPrototypeOf(readMetadata(bytes)) !== Object.prototype) throw new TypeError('another prototype');
    },
  },
  'files of AES Crypt': {
    samples: [volume('aes', 'dindex')],
    cases: SLOW_CASES,
    read: (bytes) => {
      const plain = openAesRange(memoryRange(limitIterations(bytes)), KEYS.passphrase!);
      plain.read(0, Math.min(plain.size, 1000));
    },
  },
  'names of volumes': {
    samples: ['duplicati-20260101T000000Z.dlist.zip.aes', 'a-b0123456789abcdef0123456789abcdef.dblock.zip'].map(
      (text) => Buffer.from(text),
    ),
    read: (bytes) => {
      const name = bytes.toString('latin1');
      const parsed = parseRemoteName(name);
      // Case makes no difference to Duplicati.
      if (parsed && formatRemoteName(parsed).toLowerCase() !== name.toLowerCase())
        throw new TypeError(`${name} is read as another`);
    },
  },
  'names of files': {
    samples: [Buffer.from('caf\xe9 \ufffdxE9', 'latin1'), Buffer.from('�xE9�xFF')],
    read: (bytes) => {
      const back = nameOfText(textOfName(bytes));
      if (!Buffer.from(back as string).equals(bytes)) throw new TypeError('another name came back');
    },
  },
  'addresses of destinations': {
    samples: [
      's3://bucket/a%20b?use-ssl=true&auth-username=x',
      'ssh://me:p%40@[::1]:22/folder',
      'webdavs://host:8443/a%2Fb/',
    ].map((text) => Buffer.from(text)),
    read: (bytes) => readDestinationUrl(bytes.toString('utf8')),
  },
};

function mutate(sample: Buffer, random: Random, tail: number): Buffer {
  const from = random(2) === 0 ? 0 : Math.max(0, sample.length - (tail || sample.length));
  return Buffer.concat([sample.subarray(0, from), mutateBytes(sample.subarray(from), random, WORDS)]);
}

/** What asks for more than is believed takes its time; that it is refused is tested elsewhere. */
function limitIterations(bytes: Buffer): Buffer {
  if (bytes[3] === 3 && bytes.length > 11) bytes.fill(0, 7, 9);
  return bytes;
}

for (const [what, { samples, read, tail = 0, cases = CASES }] of Object.entries(READERS)) {
  test(`${what} that nobody wrote are read, or refused in words`, async (t) => {
    t.timeout(1_800_000);
    const random = seedRandom(what.length * 7919);
    let refused = 0;
    for (const sample of samples) await read(Buffer.from(sample), random);
    for (let n = 0; n < cases; n++) {
      const bytes = mutate(samples[n % samples.length]!, random, tail);
      try {
        await read(bytes, random);
      } catch (thrown) {
        if (!(thrown instanceof VolumeError) && !(thrown instanceof StorageError))
          t.fail(`case ${n}, ${bytes.toString('base64').slice(0, 4000)}: ${(thrown as Error).stack}`);
        refused++;
      }
    }
    t.log(`${refused} of ${cases} refused`);
    t.true(process.memoryUsage().rss < 1024 * MIB);
  });
}

test('every bit of a volume that is another is refused, or harms no other entry', (t) => {
  t.timeout(1_800_000);
  const good = volume('plain', 'dlist');
  const sample = good.subarray(0, Math.min(good.length, 4096));
  const rest = good.subarray(sample.length);
  // A few thousand in a quick run, and all of them in a long one.
  const step = Math.max(1, Math.floor((sample.length * 8) / CASES));
  for (let bit = 0; bit < sample.length * 8; bit += step) {
    const bytes = Buffer.concat([sample, rest]);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    try {
      readZip(bytes);
    } catch (thrown) {
      if (!(thrown instanceof VolumeError)) t.fail(`bit ${bit}: ${(thrown as Error).stack}`);
    }
  }
  t.pass();
});
