/** What msitools and 7-Zip make of our databases, and what we make of one that wixl wrote. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Table, tableText } from '../../../../installers/msi/database/database.ts';
import { haveTool, runTool } from '../../../suites/tool.ts';
import { readBack, sampleDatabase, streamBytes, writeDatabase } from './sample-database.ts';

/** A folder that goes with the test. */
function scratch(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'packwright-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function writeSample(t: ExecutionContext): Promise<{ path: string; bytes: Buffer }> {
  const path = join(scratch(t), 'x.msi');
  const bytes = await writeDatabase(sampleDatabase());
  writeFileSync(path, bytes);
  return { path, bytes };
}

/** Beside the package: for a table with streams msiinfo writes them into a folder of the current one. */
function exportTable(path: string, table: string): string {
  return runTool('msiinfo', ['export', path, table], undefined, dirname(path));
}

/** It leaves tabs and line ends in cells as they are. */
function libmsiText(table: Table): string {
  return tableText(table)
    .replace(/\u0010/g, '\t')
    .replace(/\u0011/g, '\r')
    .replace(/\u0019/g, '\n');
}

test('msiinfo lists, exports and extracts what we wrote', async (t) => {
  if (!haveTool(t, 'msiinfo')) return;
  const { path, bytes } = await writeSample(t);
  const facts = await readBack(bytes);
  const listed = runTool('msiinfo', ['tables', path]).trim().split('\n').sort();
  t.deepEqual(
    listed.filter((name) => name !== '_SummaryInformation' && name !== '_ForceCodepage'),
    facts.tables.map(({ name }) => name),
  );
  for (const table of facts.tables) t.is(exportTable(path, table.name), libmsiText(table), table.name);
  t.regex(exportTable(path, '_ForceCodepage'), /^\r\n\r\n65001\t_ForceCodepage\r\n/);

  const streams = runTool('msiinfo', ['streams', path]).trim().split('\n').sort();
  t.deepEqual(streams, [
    '\u0005SummaryInformation',
    'EveryThing.a.-1',
    'EveryThing.a.0',
    'Icon._',
    'Icon.app.ico',
    'main.cab',
  ]);
  t.is(runTool('msiinfo', ['extract', path, 'Icon.app.ico']), 'an icon');
  t.is(runTool('msiinfo', ['extract', path, 'main.cab']), (await streamBytes(facts.streams[0]!)).toString());
});

test('msiinfo reads the summary that we wrote', async (t) => {
  if (!haveTool(t, 'msiinfo')) return;
  const { path } = await writeSample(t);
  t.is(
    runTool('msiinfo', ['suminfo', path]),
    [
      'Title: Installation Database',
      'Subject: Größe – 東京',
      'Author: Example',
      'Keywords: Installer',
      'Comments: A test',
      'Template: x64;1033',
      'Revision number (UUID): {20B94473-5791-4F0B-9137-CFCC51112B56}',
      'Created: Tue Nov 14 22:13:20 2023',
      'Last saved: Tue Nov 14 22:13:21 2023',
      'Version: 500 (1f4)',
      'Source: 2 (2)',
      'Application: packwright',
      'Security: 2 (2)',
      '',
    ].join('\n'),
  );
});

test('7-Zip finds a database of ours sound, and the same streams', async (t) => {
  if (!haveTool(t, '7z')) return;
  const { path } = await writeSample(t);
  t.regex(runTool('7z', ['t', '-tCompound', path]), /Everything is Ok/);
  const listed = runTool('7z', ['l', '-slt', '-tCompound', path]);
  const sizes = new Map([...listed.matchAll(/^Path = (.*)\nSize = (\d+)$/gm)].map(([, name, size]) => [name, size]));
  t.is(sizes.get('main.cab'), '10000');
  t.is(sizes.get('Icon.app.ico'), '7');
  t.is(sizes.get('!_Tables'), String(7 * 2));
  t.is(sizes.get('!Registry'), String(2 + 2 + 2 + 2 + 2 + 2));
});

/** wixl 0.101 falls over names beyond code page 1252. */
const WXS = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{11111111-2222-3333-4444-555555555555}" Name="Größe – ü" Language="1033" Version="1.2.3"
           Manufacturer="Example" UpgradeCode="{6E2C1A40-2222-4B2E-9C01-0123456789AB}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="main.cab" EmbedCab="yes"/>
    <Icon Id="app.ico" SourceFile="hello.txt"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder">
        <Directory Id="INSTALLDIR" Name="Tiny">
          <Component Id="cHello" Guid="{21111111-2222-3333-4444-000000000001}">
            <File Id="fHello" Source="hello.txt" KeyPath="yes"/>
            <ServiceInstall Id="si" Name="tiny" DisplayName="Tiny" Type="ownProcess" Start="auto" ErrorControl="normal"
                            Arguments="--service"/>
          </Component>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="cHello"/></Feature>
  </Product>
</Wix>
`;

test('a package that wixl made is read as msiinfo reads it', async (t) => {
  if (!haveTool(t, 'wixl') || !haveTool(t, 'msiinfo')) return;
  const folder = scratch(t);
  const path = join(folder, 'tiny.msi');
  writeFileSync(join(folder, 'tiny.wxs'), WXS);
  writeFileSync(join(folder, 'hello.txt'), 'hello\n');
  runTool('wixl', ['-o', path, join(folder, 'tiny.wxs')]);

  const facts = await readBack(readFileSync(path));
  t.is(facts.codePage, 0);
  t.is(facts.summary.revisionNumber?.length, 38);
  t.is(facts.summary.template, 'Intel;1033');
  t.is(facts.summary.wordCount, 2);
  t.deepEqual(
    facts.streams.map(({ name }) => name),
    ['main.cab'],
  );
  const find = (name: string): Table => facts.tables.find((table) => table.name === name)!; // asserted to be there below
  t.true(facts.tables.length > 20);
  for (const { name } of facts.tables) t.is(tableText(find(name)), exportTable(path, name), name);
  t.deepEqual(
    find('Property').rows.find(([name]) => name === 'ProductName'),
    ['ProductName', 'Größe – ü'],
  );
  t.deepEqual(find('File').rows, [['fHello', 'cHello', 'hello.txt', 6, null, null, 512, 1]]);
  const icon = find('Icon').rows[0]?.[1];
  t.is(icon !== null && typeof icon === 'object' ? (await streamBytes(icon)).toString() : icon, 'hello\n');
});
