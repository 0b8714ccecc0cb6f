/** Random changes of a tree. */
import { pick, type Random } from '../random.ts';
import type { Fact, Op } from './tree.ts';

const NAMES = [
  'a',
  'b',
  'c.txt',
  'd e',
  '\xc3\xa4\xc3\xb6',
  'new\nline',
  '-rf',
  '\xf0\x9f\x99\x82',
  'caf\xe9',
  '\xff',
  '\xfe',
];
/** U+FFFD and what looks like the notation of a byte, and a name that looks like a folder's. */
const ODD_NAMES = [
  '\xef\xbf\xbd',
  '\xef\xbf\xbdxFF',
  '\xef\xbf\xbdxEF',
  '\\x',
  '\xed\xa0\x80',
  '[x]',
  '%41',
  'x'.repeat(250),
];
const SIZES = [0, 1, 1023, 1024, 1025, 4096, 9000, 32 * 1024, 32 * 1024 + 1, 70_000];
const MODES = [0o644, 0o600, 0o755, 0o444, 0o000, 0o4755, 0o2755, 0o6711, 0o1777, 0o2770, 0o7777];
const TIMES = [
  '0',
  '1',
  '-1',
  '-1500000000123456789',
  '1700000000123456789',
  '1700000000000000001',
  '1763900000999999999',
];
const LATE_TIMES = ['2147483648000000007', '4102444800123456701', '15032385535000000000'];
const TARGETS = [
  'a',
  '..',
  '.',
  'nowhere',
  '/nowhere/at/all',
  '/nowhere/at/all/file',
  '/no/where\xff',
  'caf\xe9',
  '../../x',
  '\xef\xbf\xbdxFF',
];
const ATTRIBUTES: [string, string][] = [
  ['user.note', '6b657074'],
  ['user.empty', ''],
  ['user.binary', '00ff00fe0a'],
  ['user.long', 'ab'.repeat(1500)],
  ['user.\xc3\xa4', '01'],
  ['user.\xff', '02'],
  ['trusted.note', '03'],
  // vfs_cap_data, revision 2: cap_net_bind_service, permitted and effective.
  ['security.capability', '0100000200040000000000000000000000000000'],
  // acl_ea_header and entries: user::rw-, user:1000:r--, group::r--, mask::r--, other::---
  [
    'system.posix_acl_access',
    '0200000001000600ffffffff02000400e803000004000400ffffffff10000400ffffffff20000000ffffffff',
  ],
  [
    'system.posix_acl_default',
    '0200000001000700ffffffff02000500e803000004000500ffffffff10000500ffffffff20000000ffffffff',
  ],
];

/** Changes that fit a tree as it is. */
export function makeOps(random: Random, tree: readonly Fact[], count: number): Op[] {
  const known = tree.map(({ path }) => path);
  const folders = tree.filter(({ kind }) => kind === 'folder').map(({ path }) => path);
  const files = tree.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const newName = () => {
    const name = pick(random, random(5) === 0 ? ODD_NAMES : NAMES);
    const folder = pick(random, folders);
    return folder === '' ? name : `${folder}/${name}`;
  };
  const any = () => pick(random, known);
  const file = () => (files.length === 0 ? 'a' : pick(random, files));
  const ops: Op[] = [];
  for (let n = 0; n < count; n++) {
    const op = makeOp(random, { newName, any, file });
    ops.push(op);
    if (op.do === 'file' || op.do === 'sparse' || op.do === 'link') files.push(op.path);
    if (op.do === 'folder') folders.push(op.path);
    if (['file', 'sparse', 'link', 'folder', 'symlink'].includes(op.do)) known.push(op.path);
  }
  return ops;
}

function makeOp(random: Random, paths: { newName(): string; any(): string; file(): string }): Op {
  const { newName, any, file } = paths;
  const size = () => (random(3) === 0 ? random(20_000) : pick(random, SIZES));
  switch (random(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { do: 'file', path: newName(), seed: random(5), size: size(), zeros: random(6) === 0 };
    case 4:
      return { do: 'sparse', path: newName(), size: 4096 * (1 + random(60)) + random(3), pieces: makePieces(random) };
    case 5:
      return { do: 'punch', path: file(), at: 4096 * random(8), size: 4096 * (1 + random(8)) };
    case 6:
      return { do: 'append', path: file(), seed: random(5), size: 1 + random(5000) };
    case 7:
      return { do: 'truncate', path: file(), size: random(100_000) };
    case 8:
    case 9:
      return { do: 'folder', path: newName() };
    case 10:
      return { do: 'symlink', path: newName(), to: pick(random, TARGETS) };
    case 11:
    case 12:
      return { do: 'link', path: newName(), of: random(6) === 0 ? any() : file() };
    case 13:
      return { do: 'rename', path: any() || 'a', to: newName() };
    case 14:
      return { do: 'remove', path: any() || 'a' };
    case 15:
      return { do: 'chmod', path: any(), mode: pick(random, MODES) };
    case 16:
      return {
        do: 'chown',
        path: any(),
        uid: pick(random, [0, 1, 1234, 4_000_000_000]),
        gid: pick(random, [0, 5, 77777]),
      };
    case 17:
      return { do: 'time', path: any(), ns: pick(random, random(3) === 0 ? LATE_TIMES : TIMES) };
    case 18: {
      const [name, value] = pick(random, ATTRIBUTES);
      return { do: 'attribute', path: any(), name, value };
    }
    default:
      return { do: 'no attribute', path: any(), name: pick(random, ATTRIBUTES)[0] };
  }
}

function makePieces(random: Random): [number, number][] {
  return Array.from({ length: random(4) }, () => [random(200_000), 1 + random(9000)]);
}
