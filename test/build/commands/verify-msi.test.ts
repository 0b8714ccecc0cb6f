/** `packwright verify` and `packwright build` with the rules of the MSI format. */
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openUnpacker } from '../../../build/host/compress/unpack/unpack.ts';
import type { Finding, Format } from '../../../build/model/format.ts';
import { writePackage as writeFiles } from '../../../build/stages/write.ts';
import { msi } from '../../../installers/msi/msi.ts';
import { tinyPackage } from '../../installers/msi/tiny-package.ts';
import { wixlPackage } from '../../installers/msi/wixl-package.ts';
import { writePackage } from '../../installers/msi/write-package.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { openTestBlobs } from '../host/compress/open-blobs.ts';
import { emptyFolder, packwright } from './packwright.ts';

test('verify prints warnings in a table whose columns line up, and ends with 0', async (t) => {
  const file = path.join(await emptyFolder('verify'), 'tiny.msi');
  await writeFile(file, await writePackage(t, await tinyPackage()));
  const { code, out } = await packwright(['verify', file]);
  t.is(code, 0, out);
  t.regex(out, /^sound +.* 2 warnings$/m);
  const [head = '', ...rows] = out.slice(out.indexOf('RULE')).trimEnd().split('\n');
  t.deepEqual(head.split(/ {2,}/), ['RULE', 'LEVEL', 'WHERE', 'ROW', 'WHAT', 'WHAT TO DO']);
  t.deepEqual(
    rows.map((row) => row.slice(0, 5)),
    ['ICE40', 'ICE61'],
  );
  const starts = ['LEVEL', 'WHERE', 'ROW', 'WHAT', 'WHAT TO DO'].map((word) => head.lastIndexOf(`  ${word}`) + 2);
  for (const row of rows) for (const at of starts) t.regex(row.slice(at - 2, at + 1), /^ {2}\S/, row);
});

test('verify ends with 1 for an error, and says it in JSON too', async (t) => {
  if (!haveTool(t, 'wixl')) return;
  const folder = await emptyFolder('verify');
  const file = await wixlPackage(folder);
  const { code, out } = await packwright(['verify', file]);
  t.is(code, 1);
  t.regex(out, /^faulty +.* 3 errors$/m);
  const json = await packwright(['verify', '--json', file]);
  t.is(json.code, 1);
  const [result] = JSON.parse(json.out);
  t.false(result.ok);
  t.is(result.entries, 9);
  t.deepEqual(
    result.findings.map(({ rule, level, table, column }: Finding) => [rule, level, table, column]),
    Array.from({ length: 3 }, () => ['ICE03', 'error', 'File', 'FileName']),
  );
});

const FOREIGN = `<?xml version="1.0" encoding="windows-1252"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{11111111-2222-3333-4444-555555555555}" Name="Gr&#246;&#223;e" Language="1033" Version="1.2.3" Codepage="1252"
           Manufacturer="Example" UpgradeCode="{6E2C1A40-2222-4B2E-9C01-0123456789AB}">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="main.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder">
        <Directory Id="HOME" Name="Tiny">
          <Component Id="cHello" Guid="{21111111-2222-3333-4444-000000000001}">
            <File Id="fHello" Source="hello.txt" KeyPath="yes"/>
          </Component>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="cHello"/></Feature>
  </Product>
</Wix>
`;

test('verify finds a sound package of another maker sound: 32-bit, of another code page, without _Validation', async (t) => {
  if (!haveTool(t, 'wixl')) return;
  const folder = await emptyFolder('verify');
  await writeFile(path.join(folder, 'x.wxs'), FOREIGN);
  await copyFile(import.meta.filename, path.join(folder, 'hello.txt'));
  runTool('wixl', ['-o', 'x.msi', 'x.wxs'], undefined, folder);
  const { code, out, err } = await packwright(['verify', '--json', path.join(folder, 'x.msi')]);
  const [result] = JSON.parse(out);
  t.deepEqual(result.findings, [], err);
  t.is(code, 0);
  t.is(result.name, 'Größe');
  t.is(result.entries, 1);
});

test('a package that breaks a rule of its format gets no name in the output folder; a warning lets it', async (t) => {
  const pkg = await tinyPackage();
  const { blobs } = await openTestBlobs(t);
  const finding = { rule: 'ICE03', table: 'File', row: 'f', what: 'it is null', hint: 'fill it' } as const;
  const write = (level: Finding['level'], folder: string) => {
    const format: Format = { ...msi, lint: async () => [{ ...finding, level }] };
    const hashFile = async () => '0'.repeat(64);
    return writeFiles(pkg, {
      format,
      blobs,
      unpacker: openUnpacker(),
      compression: msi.compressions[0]!,
      folder,
      hashFile,
    });
  };
  const folder = await emptyFolder('written');
  await t.throwsAsync(write('error', folder), { message: /ICE03: File f: it is null; fill it/ });
  t.deepEqual(await readdir(folder), []);
  await write('warning', folder);
  t.is((await readdir(folder)).length, 1);
});
