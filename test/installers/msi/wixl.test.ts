/** wixl, the packager of msitools, and ours say the same of the same tree; where they do not, the reason stands here. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { type Meanings, readMeanings } from './meanings.ts';
import { tinyPackage } from './tiny-package.ts';
import { wixlPackage } from './wixl-package.ts';
import { writePackage } from './write-package.ts';

const LOADER = '/ProgramFiles64Folder/Tiny/bin/runtime.exe';
const EVENT_FILE = '2 SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\tiny EventMessageFile';
/** What ours says otherwise, on purpose: the beginnings of the rows that only one of the two has. */
const DIFFERENCES: readonly {
  table: keyof Meanings;
  why: string;
  ours: readonly string[];
  theirs: readonly string[];
}[] = [
  {
    table: 'Component',
    why: 'what services wrote stays when the product goes: 0x10 is "permanent", which wixl does not know',
    ours: ['/CommonAppDataFolder/Tiny attributes 272, known by its folder'],
    theirs: ['/CommonAppDataFolder/Tiny attributes 256, known by its folder'],
  },
  {
    table: 'File',
    why: 'wixl reads no version resources; the row must say what the file says, or repairs and upgrades go wrong',
    ours: [`${LOADER} 9728 bytes, version 26.10.0.0, language 1033, attributes 512, number 7`],
    theirs: [`${LOADER} 9728 bytes, version null, language null, attributes 512, number 7`],
  },
  {
    table: 'MsiFileHash',
    why: 'a file with a version has no hash (ICE60)',
    ours: [],
    theirs: [LOADER],
  },
  {
    table: 'Registry',
    why: 'the file has a variable in its path: `#%` is REG_EXPAND_SZ, which wixl writes as REG_SZ whatever the .wxs says',
    ours: [`${EVENT_FILE} = #%%SystemRoot%\\System32\\EventCreate.exe in the component of ${LOADER}`],
    theirs: [`${EVENT_FILE} = %SystemRoot%\\System32\\EventCreate.exe in the component of ${LOADER}`],
  },
];

async function makeBoth(t: ExecutionContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wixl-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const pkg = await tinyPackage();
  const ours = path.join(folder, 'ours.msi');
  await writeFile(ours, await writePackage(t, pkg));
  return { folder, ours, theirs: await wixlPackage(folder, pkg), pkg };
}

test('wixl and we mean the same by directories, components, files, registry and services', async (t) => {
  if (!haveTool(t, 'wixl')) return;
  const both = await makeBoth(t);
  const [ours, theirs] = await Promise.all([both.ours, both.theirs].map(async (file) => readMeanings(file)));
  for (const table of Object.keys(ours!) as (keyof Meanings)[]) {
    const differences = DIFFERENCES.filter((one) => one.table === table);
    t.true(ours![table].length > 0, table);
    const alone = { ours: without(ours![table], theirs![table]), theirs: without(theirs![table], ours![table]) };
    for (const side of ['ours', 'theirs'] as const) {
      const expected = differences.flatMap((one) => one[side]);
      const found = alone[side].map((row) => expected.find((start) => row.startsWith(start)) ?? row);
      t.deepEqual(found, expected, `${table}: ${side} alone`);
    }
  }
});

test('msiextract takes the same files with the same bytes out of both', async (t) => {
  if (!haveTool(t, 'wixl') || !haveTool(t, 'msiextract')) return;
  const { folder, ours, theirs, pkg } = await makeBoth(t);
  const [a, b] = await Promise.all([extract(ours, path.join(folder, 'a')), extract(theirs, path.join(folder, 'b'))]);
  t.deepEqual(a, b);
  t.is(Object.keys(a!).length, pkg.placements[0]!.tree.length);
});

/** SHA-256 of every file by its path. */
async function extract(file: string, folder: string): Promise<Record<string, string>> {
  runTool('msiextract', ['-C', folder, file]);
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const sums = found.map(async (one) => {
    const at = path.join(one.parentPath, one.name);
    return [path.relative(folder, at).replace(/^Program Files\//, ''), bytesContent(await readFile(at)).sha256];
  });
  return Object.fromEntries((await Promise.all(sums)).sort());
}

function without(rows: readonly string[], others: readonly string[]): string[] {
  return rows.filter((row) => !others.includes(row));
}
