import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readElf, readInterpreter } from '../../../build/elf/read-elf.ts';
import { stripElf } from '../../../build/elf/strip-elf.ts';
import { bytesSource, openSource } from '../../../build/host/byte-source.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { makeScratchFolder } from '../../scratch-folder.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the needs of the running Node are those that the linker sees', async (t) => {
  const source = await openSource(process.execPath);
  const elf = await readElf(source);
  t.is(elf.arch, process.arch as 'x64');
  t.true(elf.needed.some((one) => one.soname === 'libc.so.6' && one.versions.includes('GLIBC_2.28')));
  t.is(elf.runpath, '');
  t.regex(await readInterpreter(source, elf), /^\/lib.*\/ld-linux/);
  await source.close();
});

onLinux('a stripped Node is smaller, has no symbols and runs', async (t) => {
  const source = await openSource(process.execPath);
  const pieces: Uint8Array[] = [];
  for (const piece of await stripElf(source)) {
    pieces.push('bytes' in piece ? piece.bytes : await source.read(piece.offset, piece.length));
  }
  const bytes = Buffer.concat(pieces);
  t.true(bytes.length < source.size * 0.85);
  const elf = await readElf(bytesSource('stripped', bytes));
  t.false(elf.sections.some((section) => /^\.(symtab|strtab|debug)/.test(section.name)));
  const file = path.join(makeScratchFolder('strip'), 'node');
  await writeFile(file, bytes);
  await chmod(file, 0o755);
  t.is(execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(), process.version);
  await source.close();
});

onLinux('a damaged ELF file gives one clear error or is read, but never hangs or allocates by its word', async (t) => {
  const source = await openSource(process.execPath);
  const head = Buffer.from(await source.read(0, 64 * 1024));
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(head.subarray(0, 64 + random(head.length - 64)));
    for (let k = 0; k < 4; k++) bytes[random(Math.min(bytes.length, 1024))] = random(256);
    await readElf(bytesSource('damaged', bytes)).catch((error) =>
      t.true(error instanceof PackwrightError, String(error.stack)),
    );
  }
  await source.close();
});
