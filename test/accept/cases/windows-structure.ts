import { deepEqual } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSource } from '../../../build/host/byte-source.ts';
import type { Arch } from '../../../build/model/target.ts';
import { type Pe, readPe } from '../../../build/pe/read-pe.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { writePayload } from '../payload.ts';
import { EDITIONS, expect, SUBJECTS } from '../subject.ts';

/** What can be said of Windows programs without running them: all there is for arm64. */
export const WINDOWS_STRUCTURE_CASES: readonly Case[] = (['x64', 'arm64'] as const).map((arch) => ({
  name: `windows/${arch}/structure`,
  roots: [],
  run: (log) => readStructure(arch, log),
}));

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

async function readStructure(arch: Arch, log: Log): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-structure-'));
  try {
    await step(log, 'make the files', () => writePayload(REPOSITORY, (edition) => join(folder, edition), arch));
    for (const edition of EDITIONS) {
      await step(log, edition, async () => {
        const home = join(folder, edition);
        const bin = await readdir(join(home, 'bin'));
        const wanted = [...SUBJECTS[edition].programs, 'runtime'].map((name) => `${name}.exe`);
        for (const name of wanted) expect(bin.includes(name), `bin has no ${name}: ${bin.join(', ')}`);
        for (const name of bin) await judgeProgram(join(home, 'bin', name), arch);
        for (const name of await readdir(join(home, 'native'))) {
          const addon = await read(join(home, 'native', name));
          deepEqual([addon.arch, addon.isLibrary], [arch, true], name);
        }
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function read(file: string): Promise<Pe> {
  const source = await openSource(file);
  try {
    return await readPe(source);
  } finally {
    await source.close();
  }
}

/** A loader is Node with a blob, our resources and no signature; a launcher needs the kernel and, without a console, messages. */
async function judgeProgram(file: string, arch: Arch): Promise<void> {
  const pe = await read(file);
  deepEqual([pe.arch, pe.isLibrary, pe.directories.security.size], [arch, false, 0], file);
  const libraries = pe.imports.map((one) => one.library.toLowerCase());
  const data = async (type: number | string, name: number | string) => {
    const found = pe.resources.find((one) => one.type === type && one.name === name);
    expect(found !== undefined, `${file} has no resource ${type}/${name}`);
    return (await readFile(file)).subarray(found.offset, found.offset + found.size);
  };
  expect((await data(24, 1)).includes('asInvoker'), `${file} has no manifest of ours`);
  if (!/runtimew?\.exe$/.test(file)) {
    expect(
      libraries.every((one) => one === 'kernel32.dll' || one === 'user32.dll'),
      `${file} needs ${libraries.join(', ')}`,
    );
    return;
  }
  deepEqual(pe.subsystem, file.endsWith('runtimew.exe') ? 2 : 3, file);
  expect((await data(10, 'NODE_SEA_BLOB')).includes('readSecretFiles'), `${file} does not hold the loader`);
  const version = (await data(16, 1)).toString('utf16le');
  for (const word of ['Duplicati', 'Node.js 26.']) expect(version.includes(word), `${file} does not say ${word}`);
  expect(libraries.includes('kernel32.dll') && libraries.length > 5, `${file} needs ${libraries.join(', ')}`);
}
