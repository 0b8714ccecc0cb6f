/** What a payload for Windows holds, and what it refuses. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { fileContent } from '../../../build/host/file-content.ts';
import { bytesContent, readContent } from '../../../build/model/content.ts';
import type { PayloadFile } from '../../../build/model/platform.ts';
import { assertOwnAddon, foreignOwner } from '../../../build/stages/foreign-addons.ts';
import { assertWindowsFiles, peOf } from '../../../build/stages/machine-code.ts';
import { programFiles } from '../../../build/stages/programs.ts';
import { NATIVE } from '../../../platforms/windows/native/native.ts';

const LOADERS = { console: bytesContent('console'), windowless: async () => bytesContent('windowless') };
const CLI = { name: 'thing', entry: 'thing.ts', summary: 'does things' };
const TRAY = { ...CLI, name: 'tray', windowless: true };

const binOf = (programs: readonly (typeof CLI)[]) =>
  programFiles({ system: 'win32', loaders: LOADERS, launchers: NATIVE.x64 }, programs);

test('each program is a launcher beside the loader, and no file is a link', async (t) => {
  const files = await binOf([CLI]);
  t.deepEqual(
    files.map(({ path, kind }) => [path, kind]),
    [
      ['bin/runtime.exe', 'file'],
      ['bin/thing.exe', 'file'],
    ],
  );
});

test('the windowless loader is there when a program has no console, and that program has the launcher for it', async (t) => {
  const files = await binOf([CLI, TRAY]);
  t.deepEqual(
    files.map((file) => file.path),
    ['bin/runtime.exe', 'bin/runtimew.exe', 'bin/thing.exe', 'bin/tray.exe'],
  );
  const subsystems: Record<string, number | undefined> = {};
  for (const file of files.slice(2)) {
    if (file.kind === 'file') subsystems[file.path] = (await peOf(file.path, file.content))?.subsystem;
  }
  t.deepEqual(subsystems, { 'bin/thing.exe': 3, 'bin/tray.exe': 2 });
});

const file = async (place: string, from: string): Promise<PayloadFile> => ({
  path: place,
  kind: 'file',
  executable: false,
  layer: 'app',
  content: await fileContent(from),
});

test('programs and libraries for another processor, and links, are refused', async (t) => {
  await t.notThrowsAsync(assertWindowsFiles([await file('bin/a.exe', NATIVE.arm64.launcher)], 'arm64'));
  await t.throwsAsync(assertWindowsFiles([await file('native/a.node', NATIVE.x64.actions)], 'arm64'), {
    message: /^native\/a\.node: it is machine code for x64, but the package is for arm64/,
  });
  await t.throwsAsync(assertWindowsFiles([{ path: 'app/x', kind: 'link', to: 'y', layer: 'app' }], 'x64'), {
    message: /^app\/x: it is a link to y, which packages for Windows cannot hold/,
  });
});

test('a program that a dependency brings may be for another processor: Windows runs it all the same', async (t) => {
  const helper = await file('app/project/node_modules/a/helper.exe', NATIVE.x64.launcher);
  await t.notThrowsAsync(assertWindowsFiles([helper], 'arm64'));
});

test('of prebuilt addons those for Windows are kept', (t) => {
  t.is(foreignOwner('prebuilds/win32-x64/node.napi.node', 'win32', 'x64'), undefined);
  t.is(foreignOwner('prebuilds/win32-arm64.node', 'win32', 'x64'), 'win32-arm64');
  t.is(foreignOwner('prebuilds/linux-x64/node.napi.node', 'win32', 'x64'), 'linux-x64');
});

test('an addon in a place that does not say whose it is must be for Windows and the processor', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'addon-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const elf = path.join(folder, 'linux.node');
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(62, 18);
  await writeFile(elf, head);
  await t.notThrowsAsync(assertOwnAddon(NATIVE.x64.actions, 'a.node', 'win32', 'x64'));
  await t.throwsAsync(assertOwnAddon(NATIVE.x64.actions, 'a.node', 'win32', 'arm64'), {
    message: /a\.node: it is machine code for x64, but the package is for win32-arm64; run "npm install --os=win32/,
  });
  await t.throwsAsync(assertOwnAddon(elf, 'a.node', 'win32', 'x64'), {
    message: /it is machine code for Linux, but the package is for win32-x64; remove the file if nothing on Windows/,
  });
  await t.throwsAsync(assertOwnAddon(NATIVE.x64.actions, 'a.node', 'linux', 'x64'), {
    message: /it is machine code for Windows, but the package is for linux-x64/,
  });
});

test('a payload for Linux has links to its one executable, as before', async (t) => {
  const files = await programFiles({ system: 'linux', loader: LOADERS.console }, [CLI]);
  t.deepEqual(
    files.map((one) => [one.path, one.kind === 'link' ? one.to : '']),
    [
      ['bin/runtime', ''],
      ['bin/healthcheck', 'runtime'],
      ['bin/thing', 'runtime'],
    ],
  );
  t.is(files[0]?.kind === 'file' && (await readContent(files[0].content)).toString(), 'console');
});
