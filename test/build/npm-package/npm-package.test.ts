/** What `npm pack` makes for users, and that the project is whole afterwards. In a copy: nothing here touches the project itself. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { makeScratchFolder } from '../../scratch-folder.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const PARTS = ['build', 'installers', 'platforms', 'package.json', 'packwright.lock.json', 'tsconfig.json', 'LICENSE'];

async function copyProject(): Promise<string> {
  const copy = makeScratchFolder('packwright-pack');
  for (const part of [...PARTS, 'packwright.schema.json', 'CHANGELOG.md', 'README.md'])
    await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** Names of the npm packages that a module imports; Node's own begin with `node:`, the package's with `.` or `#`. */
function packagesOf(source: string): string[] {
  const name = "'((?:@[\\w.-]+/)?[a-z][\\w.-]*)(?:/[^']*)?'";
  const found = source.matchAll(new RegExp(`(?:^(?:import|export|\\}).* from |^import |\\bimport\\()${name}`, 'gm'));
  return [...found].map((match) => match[1]!);
}

test('the tarball holds JavaScript and types, brings no Node and no scripts, and package.json comes back', async (t) => {
  const copy = await copyProject();
  const before = await readFile(path.join(copy, 'package.json'), 'utf8');
  const prepack = [path.join(copy, 'build/npm-package/prepack.ts')];

  // Interrupted after prepack: the users' package.json is in place, the developers' one is kept.
  await run(process.execPath, prepack);
  const users = JSON.parse(await readFile(path.join(copy, 'package.json'), 'utf8'));
  for (const key of ['scripts', 'devDependencies', 'optionalDependencies', 'packwright']) t.false(key in users, key);
  t.is(await readFile(path.join(copy, 'package.json.kept'), 'utf8'), before);
  for (const name of Object.keys(users.dependencies)) t.notRegex(name, /^node(-bin)?-(linux|darwin|win)/);

  const files = (await readdir(path.join(copy, 'lib'), { recursive: true })).map(String);
  t.deepEqual(
    files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')),
    [],
  );
  const native = ['native.js', 'built/launcher-x64.exe', 'built/launcherw-arm64.exe', 'built/action-arm64.dll'];
  const ours = ['build/bin.js', 'build/cli.js', 'build/loader/loader.cjs', 'packwright.lock.json'];
  for (const name of [...ours, ...native.map((one) => `platforms/windows/native/${one}`)])
    t.true(files.includes(path.normalize(name)), name);

  t.deepEqual(users.man, ['lib/packwright.1']);
  t.regex(await readFile(path.join(copy, 'lib/packwright.1'), 'utf8'), /^\.TH "PACKWRIGHT" 1 /);

  const used = new Set<string>();
  for (const name of files.filter((one) => one.endsWith('.js') && !one.startsWith('liblzma')))
    for (const word of packagesOf(await readFile(path.join(copy, 'lib', name), 'utf8'))) used.add(word);
  t.deepEqual(Object.keys(users.dependencies).sort(), [...used].sort(), 'every dependency is one that users need');

  await run(process.execPath, [path.join(copy, 'build/npm-package/postpack.ts')]);
  t.is(await readFile(path.join(copy, 'package.json'), 'utf8'), before);
  t.deepEqual(
    ['package.json.kept', 'package.json.users', 'lib'].filter((name) => existsSync(path.join(copy, name))),
    [],
  );
});
