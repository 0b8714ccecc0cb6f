import test from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { fileTree } from '../../../build/model/file-tree.ts';
import type { Part } from '../../../build/model/format.ts';
import { readTar, type TarEntry, type TarItem, tarParts, treeItems } from '../../../installers/archives/tar.ts';
import { ODD_PATHS } from '../../suites/format.ts';
import { file } from '../../suites/sample-package.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const OWNER = { uid: 0, gid: 0, user: 'root', group: 'root' };

async function join(parts: readonly Part[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    if (part instanceof Uint8Array) chunks.push(part);
    else for await (const chunk of part.open()) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readAll(bytes: Uint8Array): Promise<Omit<TarEntry, 'data'>[]> {
  const entries = [];
  for await (const { data: _, ...entry } of readTar(bytesContent(bytes).open(), 'x.tar')) entries.push(entry);
  return entries;
}

const ODD: TarItem[] = ODD_PATHS.flatMap((path, index): TarItem[] => [
  { name: `.${path}`, kind: 'file', mode: 0o644, ...OWNER, content: bytesContent(`${index}`) },
  { name: `./links/${index}`, kind: 'link', mode: 0o777, ...OWNER, to: path },
  { name: `./twins/${index}`, kind: 'hardlink', mode: 0o644, ...OWNER, to: `.${path}` },
]);

for (const style of ['gnu', 'pax'] as const) {
  test(`a ${style} archive is a multiple of 512 bytes whose contents are parts of their own`, async (t) => {
    const content = bytesContent('x'.repeat(700));
    const items: TarItem[] = [
      { name: '.', kind: 'dir', mode: 0o755, ...OWNER },
      { name: './a', kind: 'file', mode: 0o644, ...OWNER, content: bytesContent('') },
      { name: './b', kind: 'file', mode: 0o644, ...OWNER, content },
    ];
    const parts = tarParts(items, { style, mtime: 5, where: 'x' });
    t.deepEqual(
      parts.map((part) => (part instanceof Uint8Array ? part.length : part)),
      [3 * 512, content, 324 + 1024],
    );
    t.is((await join(parts)).length, 3 * 512 + 1024 + 1024);
  });

  test(`odd names and numbers of a ${style} archive are read back`, async (t) => {
    const far: TarItem = {
      name: 'far',
      kind: 'file',
      mode: 0o7777,
      uid: 3_000_000,
      gid: 4_000_000_000,
      user: '',
      group: '',
    };
    const entries = await readAll(await join(tarParts([...ODD, far], { style, mtime: 2 ** 34, where: 'x' })));
    t.deepEqual(
      entries.slice(0, -1).map(({ path, kind, to, mtime }) => ({ path, kind, to, mtime })),
      ODD.map(({ name, kind, to = '' }) => ({
        path: name.slice(1),
        kind,
        to: kind === 'hardlink' ? to.slice(1) : to,
        mtime: 2 ** 34,
      })),
    );
    t.like(entries.at(-1), { path: '/far', mode: 0o7777, uid: 3_000_000, gid: 4_000_000_000 });
  });

  test(`GNU tar lists every odd name of a ${style} archive`, async (t) => {
    if (!haveTool(t, 'tar')) return;
    const bytes = await join(tarParts(ODD, { style, mtime: 0, where: 'x' }));
    const listed = runTool('tar', ['--quoting-style=literal', '-tf', '-'], bytes).split('\n').slice(0, -1);
    t.deepEqual(
      listed,
      ODD.map(({ name }) => name),
    );
  });
}

test('what tar cannot hold is refused', (t) => {
  const write = (item: Partial<TarItem>, style: 'gnu' | 'pax' = 'gnu') =>
    t.throws(() =>
      tarParts([{ name: 'x', kind: 'file', mode: 0, ...OWNER, ...item }], { style, mtime: 0, where: 'here' }),
    ).message;
  t.regex(write({ name: 'a\0b' }), /^here: .*not a name for tar/);
  t.regex(write({ name: '' }), /not a name/);
  t.regex(write({ kind: 'link', to: '' }), /a link to nothing/);
  t.regex(write({ uid: -1 }), /-1 is not a number for tar/);
  t.regex(write({ gid: 1.5 }), /1.5 is not a number/);
  t.regex(write({ user: 'u'.repeat(32) }), /name of more than 31 bytes/);
});

test('a tree brings its parents once, in order, as directories of root', (t) => {
  const tree = fileTree([
    file('/usr/lib/x/deep/a', 'a'),
    file('/usr/lib/x-y', 'b'),
    {
      path: '/usr/lib/x',
      kind: 'dir',
      mode: 0o700,
      role: 'data',
      owner: { user: 'eve', group: 'eve', uid: 5, gid: 6 },
    },
  ]);
  const items = treeItems(tree, { prefix: './', ownerNames: true, where: 'x' });
  t.deepEqual(
    items.map(({ name, kind, mode, user, uid }) => [name, kind, mode, user, uid]),
    [
      ['.', 'dir', 0o755, 'root', 0],
      ['./usr', 'dir', 0o755, 'root', 0],
      ['./usr/lib', 'dir', 0o755, 'root', 0],
      ['./usr/lib/x', 'dir', 0o700, 'eve', 5],
      ['./usr/lib/x-y', 'file', 0o644, 'root', 0],
      ['./usr/lib/x/deep', 'dir', 0o755, 'root', 0],
      ['./usr/lib/x/deep/a', 'file', 0o644, 'root', 0],
    ],
  );
  const bare = treeItems(tree, { prefix: '', ownerNames: false, where: 'x' });
  t.deepEqual([bare[0]?.name, bare[0]?.user], ['usr', '']);
});

test('an entry below a link or a file is refused', (t) => {
  const link = { path: '/usr/x', kind: 'link', to: '/tmp', role: 'data' } as const;
  const tree = fileTree([link, file('/usr/x/y', '')]);
  t.throws(() => treeItems(tree, { prefix: '', ownerNames: true, where: 'here' }), {
    message: 'here: /usr/x/y lies below /usr/x, which is no directory',
  });
});
