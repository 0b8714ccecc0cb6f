import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { bytesSource } from '../../../build/host/byte-source.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { replaceResources, setSubsystem } from '../../../build/pe/edit-pe.ts';
import { iconResources } from '../../../build/pe/icon.ts';
import { manifestResource } from '../../../build/pe/manifest.ts';
import { readPe } from '../../../build/pe/read-pe.ts';
import { encodeResources } from '../../../build/pe/resource-tree.ts';
import { versionResource } from '../../../build/pe/version-info.ts';
import { NATIVE } from '../../../platforms/windows/native/native.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { assemble, makeProgram } from './program.ts';

const read = async (file: string) => readPe(bytesSource(path.basename(file), await readFile(file)));

/** An icon of two pictures whose bytes are `first` and `second`. */
function makeIcon(): Buffer {
  const pictures = [Buffer.from('first'), Buffer.from('second')];
  const ico = Buffer.alloc(6 + 2 * 16);
  ico.writeUInt16LE(1, 2);
  ico.writeUInt16LE(2, 4);
  let offset = ico.length;
  for (const [i, picture] of pictures.entries()) {
    ico[6 + i * 16] = 16 * (i + 1);
    ico.writeUInt32LE(picture.length, 6 + i * 16 + 8);
    ico.writeUInt32LE(offset, 6 + i * 16 + 12);
    offset += picture.length;
  }
  return Buffer.concat([ico, ...pictures]);
}

const RESOURCES = [
  manifestResource(),
  versionResource([26, 10], { ProductName: 'Tiny Grüße', FileVersion: '26.10.0.0' }),
  ...iconResources(makeIcon()),
];

test('a launcher says its processor, its subsystem and that it needs the kernel alone', async (t) => {
  for (const arch of ['x64', 'arm64'] as const) {
    const pe = await read(NATIVE[arch].launcher);
    t.is(pe.arch, arch);
    t.is(pe.subsystem, 3);
    t.false(pe.isLibrary);
    t.deepEqual(
      pe.imports.map((one) => one.library),
      ['kernel32.dll'],
    );
    t.true(pe.imports[0]?.functions.includes('CreateProcessW'));
    t.deepEqual(
      pe.resources.map(({ type, name }) => [type, name]),
      [[24, 1]],
    );
    t.is((await read(NATIVE[arch].windowlessLauncher)).subsystem, 2);
  }
});

test('the library of actions offers what an installer calls', async (t) => {
  for (const arch of ['x64', 'arm64'] as const) {
    const pe = await read(NATIVE[arch].actions);
    t.is(pe.arch, arch);
    t.true(pe.isLibrary);
    t.deepEqual(pe.exports, [
      'ConfigureService',
      'DeleteSecret',
      'DropFolder',
      'EndPrograms',
      'GeneratePassword',
      'KeepSettings',
      'MakeFolder',
      'ReadPasswordFile',
      'WriteSecret',
    ]);
    t.deepEqual(pe.imports.map((one) => one.library).sort(), ['advapi32.dll', 'kernel32.dll', 'msi.dll']);
  }
});

test('new resources take the place of the old, the signature goes, and all else stays where it was', async (t) => {
  const original = await makeProgram(8192);
  const before = await readPe(bytesSource('program', original));
  t.is(before.directories.security.size, 512);
  const changed = assemble(original, await replaceResources(bytesSource('program', original), RESOURCES));
  const after = await readPe(bytesSource('changed', changed));
  t.is(changed.length, original.length - 512);
  t.deepEqual(after.directories.security, { address: 0, size: 0 });
  t.deepEqual(after.sections, before.sections);
  t.deepEqual(after.imports, before.imports);
  const data = (type: number, name: number) => {
    const found = after.resources.find((one) => one.type === type && one.name === name);
    return found ? changed.subarray(found.offset, found.offset + found.size) : Buffer.alloc(0);
  };
  t.is(data(3, 2).toString(), 'second');
  t.is(data(14, 1).readUInt16LE(6 + 14 + 12), 2);
  t.true(data(24, 1).toString().includes('longPathAware'));
  t.true(data(16, 1).toString('utf16le').includes('Tiny Grüße'));
});

test('llvm reads the same version, icon and manifest', async (t) => {
  if (!haveTool(t, 'llvm-readobj')) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'pe-'));
  try {
    const original = await makeProgram(8192);
    const file = path.join(folder, 'program.exe');
    await writeFile(file, assemble(original, await replaceResources(bytesSource('program', original), RESOURCES)));
    const text = runTool('llvm-readobj', ['--coff-resources', '--coff-imports', file]);
    const kinds = [...text.matchAll(/Type: (\w+)/g)].map((match) => match[1]);
    t.deepEqual(kinds, ['ICON', 'GROUP_ICON', 'VERSIONINFO', 'MANIFEST']);
    t.regex(text, /Total Number of Resources: 5/);
    t.regex(text, /Symbol: CreateProcessW/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a program becomes windowless by its header alone', async (t) => {
  const original = await readFile(NATIVE.arm64.launcher);
  const changed = assemble(original, await setSubsystem(bytesSource('program', original), 'windowless'));
  t.is((await readPe(bytesSource('changed', changed))).subsystem, 2);
  const different = changed.reduce((count, byte, i) => count + (byte === original[i] ? 0 : 1), 0);
  t.is(different, 1);
});

test('resources without room, and bytes behind a signature, are refused', async (t) => {
  const small = await makeProgram(1024);
  await t.throwsAsync(replaceResources(bytesSource('program', small), RESOURCES), { message: /room for 1024 bytes/ });
  const followed = Buffer.concat([await makeProgram(8192), Buffer.from('more')]);
  await t.throwsAsync(replaceResources(bytesSource('program', followed), RESOURCES), { message: /follows its sig/ });
});

test('a section of resources is the same bytes for any order', (t) => {
  t.deepEqual(encodeResources(RESOURCES, 4096), encodeResources([...RESOURCES].reverse(), 4096));
});

test('a broken icon gives one clear error', (t) => {
  const ico = makeIcon();
  t.throws(() => iconResources(ico.subarray(0, 30)), { instanceOf: PackwrightError, message: /cut off/ });
  t.throws(() => iconResources(ico.subarray(0, 45)), { message: /picture 2 lies outside/ });
  t.throws(() => iconResources(Buffer.from('<svg/>')), { message: /does not begin as one/ });
});

test('a damaged PE file gives one clear error or is read, but never hangs or allocates by its word', async (t) => {
  const whole = [await readFile(NATIVE.x64.launcher), await readFile(NATIVE.arm64.actions)];
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >>> 8) % n;
  };
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const one = whole[round % 2]!;
    const bytes = Buffer.from(one.subarray(0, round % 3 ? one.length : random(one.length)));
    for (let k = 0; k < 6 && bytes.length > 0; k++)
      bytes[random(k < 4 ? Math.min(bytes.length, 600) : bytes.length)] = random(256);
    await readPe(bytesSource('damaged', bytes)).catch((error) => {
      refused++;
      if (!(error instanceof PackwrightError)) t.fail(String(error.stack));
    });
  }
  t.true(refused > 500);
});
