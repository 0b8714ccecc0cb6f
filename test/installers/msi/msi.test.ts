import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { openUnpacker } from '../../../build/host/compress/unpack/unpack.ts';
import { bytesContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Package } from '../../../build/model/package.ts';
import { parseVersion } from '../../../build/model/version.ts';
import { compareFacts } from '../../../build/stages/compare.ts';
import { msi } from '../../../installers/msi/msi.ts';
import { windows } from '../../../platforms/windows/windows.ts';
import { serviceSid } from '../../../runtime/windows/sid.ts';
import { editionNamed } from '../../platforms/linux/lantern.ts';
import { product, windowsPayload } from '../../platforms/windows/windows-lantern.ts';
import { memorySource, seededBytes } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { tableOf } from './table-of.ts';
import { LOADER_VERSION, tinyPackage } from './tiny-package.ts';
import { writePackage } from './write-package.ts';

function makePackage(name: string, version = '2.1.0', arch: 'x64' | 'arm64' = 'x64'): Package {
  const edition = editionNamed(name);
  const payload = { ...windowsPayload(name), arch };
  const large = { path: 'data/large.bin', kind: 'file', executable: false, layer: 'app' } as const;
  const files = [...payload.files, { ...large, content: bytesContent(seededBytes(5, 1_200_000)) }];
  return {
    target: { id: `windows-${arch}-${name}.msi`, platform: 'windows', arches: [arch], edition: name, format: 'msi' },
    product: { ...product, version },
    name: edition.package,
    title: edition.title,
    summary: edition.summary,
    version: parseVersion(version),
    epoch: 1_700_000_000,
    placements: [windows.place({ ...product, version }, edition, arch, { ...payload, files })],
    changelog: [],
  };
}

test('what was meant is what is read back, for every edition and both architectures', async (t) => {
  for (const name of ['core', 'desk', 'beacon'] as const) {
    for (const arch of ['x64', 'arm64'] as const) {
      const pkg = makePackage(name, '2.1.0', arch);
      const facts = await msi.read(memorySource('x.msi', await writePackage(t, pkg)), openUnpacker());
      t.deepEqual([...compareFacts(pkg, facts)], []);
      t.is(facts.metadata.Template, arch === 'x64' ? 'x64;1033' : 'Arm64;1033');
    }
  }
});

test('the same package is the same bytes, and another version another product with the same components', async (t) => {
  const [one, again, next] = await Promise.all(
    [makePackage('core'), makePackage('core'), makePackage('core', '2.1.1')].map((pkg) => writePackage(t, pkg)),
  );
  t.true(one!.equals(again!));
  const property = async (bytes: Buffer, name: string) =>
    (await tableOf(bytes, 'Property')).find(({ Property }) => Property === name)?.Value;
  t.not(await property(one!, 'ProductCode'), await property(next!, 'ProductCode'));
  t.is(await property(one!, 'UpgradeCode'), await property(next!, 'UpgradeCode'));
  t.deepEqual(await tableOf(one!, 'Component'), await tableOf(next!, 'Component'));
});

test('where the library of actions lies on this machine is not in the package', async (t) => {
  const pkg = makePackage('core');
  const placement = pkg.placements[0]!;
  const facts = placement.windows!;
  const elsewhere = { ...facts, actions: { ...facts.actions, file: '/somewhere/else.dll' } };
  const [one, other] = await Promise.all(
    [pkg, { ...pkg, placements: [{ ...placement, windows: elsewhere }] }].map((each) => writePackage(t, each)),
  );
  t.true(one!.equals(other!));
});

test('a secret is hidden, has a file for the command line to name, and is kept in no table', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  const properties = Object.fromEntries(
    (await tableOf(bytes, 'Property')).map(({ Property, Value }) => [Property, Value]),
  );
  t.deepEqual(String(properties.MsiHiddenProperties).split(';'), [
    'PASSWORD',
    'PASSWORD_REPEAT',
    'WriteSecret_PASSWORD',
  ]);
  t.true(String(properties.SecureCustomProperties).split(';').includes('PASSWORDFILE'));
  const registry = JSON.stringify(await tableOf(bytes, 'Registry'));
  t.false(registry.includes('PASSWORD'));
  for (const { Action, Type } of await tableOf(bytes, 'CustomAction')) {
    if (String(Action).includes('WriteSecret')) t.is(Number(Type) & 0x2000, 0x2000, String(Action));
  }
});

test('a secret is taken by a fresh installation alone: every user may begin a repair, with properties of his own', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  for (const sequence of ['InstallExecuteSequence', 'InstallUISequence']) {
    const rows = await tableOf(bytes, sequence);
    const conditions = rows.flatMap(({ Action, Condition }) =>
      /WriteSecret|UndoSecret|ReadPasswordFile/.test(String(Action)) ? [String(Condition)] : [],
    );
    t.is(conditions.length, sequence === 'InstallUISequence' ? 1 : 5);
    for (const condition of conditions) t.regex(condition, / AND NOT Installed$/);
  }
});

test('a service runs the loader with its program, is stopped and deleted, and started by its feature', async (t) => {
  const bytes = await writePackage(t, makePackage('desk'));
  const [service] = await tableOf(bytes, 'ServiceInstall');
  t.is(service?.StartType, 3);
  t.is(service?.Arguments, 'lantern-server "--name=the \\"light\\" $house" %n --service');
  const [component] = (await tableOf(bytes, 'Component')).filter((row) => row.Component === service?.Component_);
  t.is(component?.KeyPath, 'f_bin_runtime.exe_' + String(component?.KeyPath).split('_').at(-1));
  const controls = (await tableOf(bytes, 'ServiceControl')).map(({ Event, Component_ }) => [Event, Component_]);
  t.deepEqual(controls, [
    [0x21, 'c_Service'],
    [0xa2, service?.Component_],
  ]);
});

test('a repair or change gives every setting the value of the registry before anything reads it', async (t) => {
  const bytes = await writePackage(t, makePackage('desk'));
  const properties = new Map(
    (await tableOf(bytes, 'Property')).map(({ Property, Value }) => [Property, String(Value)]),
  );
  const listed = properties.get('KeptSettings')!.split('|');
  const written = (await tableOf(bytes, 'Registry')).filter(({ Value }) =>
    /^\[(?!STATEFOLDER)[A-Z_]+\]$/.test(String(Value)),
  );
  const wanted = written.map(({ Key, Name, Value }) => `${String(Value).slice(1, -1)}|${Key}|${Name}`);
  const triples = listed.flatMap((_, at) => (at % 3 === 0 ? [listed.slice(at, at + 3).join('|')] : []));
  t.deepEqual(triples.sort(), wanted.sort());
  t.true(written.length >= 2);
  for (const sequence of ['InstallExecuteSequence', 'InstallUISequence']) {
    const rows = new Map((await tableOf(bytes, sequence)).map((row) => [row.Action, row]));
    t.is(rows.get('KeepSettings')?.Condition, 'Installed');
    const place = Number(rows.get('KeepSettings')?.Sequence);
    t.true(place > Number(rows.get('AppSearch')?.Sequence));
    for (const [action, { Sequence }] of rows) {
      if (/^(Restore|Default)_/.test(String(action))) t.true(Number(Sequence) > place, String(action));
    }
  }
  // One that a command line could set, or a client hand over, would let its caller choose the list.
  t.regex('KeptSettings', /[a-z]/);
  t.false(properties.get('SecureCustomProperties')!.includes('KeptSettings'));
});

test('what is newer stays, of this package and of those it would replace', async (t) => {
  const bytes = await writePackage(t, makePackage('desk'));
  const rows = await tableOf(bytes, 'Upgrade');
  const codes = new Set(rows.map(({ UpgradeCode }) => UpgradeCode));
  t.is(codes.size, 2);
  const refused = (await tableOf(bytes, 'LaunchCondition')).map(({ Condition }) => Condition);
  for (const code of codes) {
    const [older, newer] = rows
      .filter(({ UpgradeCode }) => UpgradeCode === code)
      .sort((a, b) => (a.VersionMin ? 1 : 0) - (b.VersionMin ? 1 : 0));
    t.is(older?.VersionMax, newer?.VersionMin);
    t.is(newer?.Attributes, 2); // detected, not removed
    t.true(refused.includes(`Installed OR NOT ${newer?.ActionProperty}`));
  }
});

test('a feature is what the command line says, else what it was, else its default', async (t) => {
  const bytes = await writePackage(t, makePackage('desk'));
  const conditions = new Map(
    (await tableOf(bytes, 'InstallExecuteSequence')).map((row) => [row.Action, row.Condition]),
  );
  t.is(conditions.get('Keep_SERVICE'), 'SAVED_SERVICE AND NOT SERVICE');
  t.is(conditions.get('LeaveOut_SERVICE'), 'DEFAULTS_SAVED >< ";Service;" AND NOT SAVED_SERVICE AND NOT SERVICE');
  const registry = await tableOf(bytes, 'Registry');
  const defaults = registry.find(({ Name }) => Name === 'ChosenByDefault');
  t.is(defaults?.Value, ';Path;MenuShortcut;LoginShortcut;');
  t.is(defaults?.Component_, 'c_Settings');
  const interactive = (await tableOf(bytes, 'InstallUISequence')).map(({ Action }) => Action);
  t.true(interactive.includes('Keep_SERVICE'));
});

test('the data folder is made for administrators alone before the tables could make it for all, and taken back by a rollback', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  const order = new Map(
    (await tableOf(bytes, 'InstallExecuteSequence')).map(({ Action, Sequence }) => [String(Action), Number(Sequence)]),
  );
  const steps = ['RemoveExistingProducts', 'DropFolder', 'MakeFolder', 'WriteSecret_PASSWORD', 'CreateFolders'];
  const numbers = steps.map((step) => order.get(step) ?? Number.NaN);
  t.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  const actions = new Map((await tableOf(bytes, 'CustomAction')).map((row) => [row.Action, row]));
  t.is(actions.get('MakeFolder')?.Type, 0xc01);
  t.is(actions.get('DropFolder')?.Type, 0xd01);
  t.is(actions.get('Set_MakeFolder')?.Target, '[STATEFOLDER]|');
});

test('a service with an account of its own can use the data folder and the file of its first secret', async (t) => {
  const pkg = await tinyPackage();
  const placement = pkg.placements[0]!;
  const facts = placement.windows!;
  const settings = facts.settings.map((one) => (one.kind === 'secret' ? { ...one, initialFile: 'first-token' } : one));
  const bytes = await writePackage(t, {
    ...pkg,
    placements: [{ ...placement, windows: { ...facts, settings } }],
  });
  const sid = serviceSid('tiny');
  t.is((await tableOf(bytes, 'ServiceInstall'))[0]?.StartName, 'NT SERVICE\\tiny');
  const targets = new Map((await tableOf(bytes, 'CustomAction')).map(({ Action, Target }) => [Action, Target]));
  t.is(targets.get('Set_MakeFolder'), `[STATEFOLDER]|${sid}`);
  t.is(targets.get('Set_WriteSecret_TINY_TOKEN'), `[STATEFOLDER]|first-token|${sid}|[TINY_TOKEN]`);
  const [lock] = await tableOf(bytes, 'MsiLockPermissionsEx');
  t.is(lock?.SDDLText, `O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${sid})`);
});

test('a file with a version resource has its version and no hash, any other a hash and no version', async (t) => {
  const bytes = await writePackage(t, await tinyPackage());
  const hashed = new Set((await tableOf(bytes, 'MsiFileHash')).map(({ File_ }) => File_));
  const files = await tableOf(bytes, 'File');
  for (const { File, Version } of files) t.is(hashed.has(File), Version === null, String(File));
  const versioned = files.filter(({ Version }) => Version !== null);
  t.deepEqual(
    versioned.map(({ FileName, Version, Language }) => [FileName, Version, Language]),
    [['runtime.exe', LOADER_VERSION, '1033']],
  );
});

test('a service has a SID and time for a shutdown, and starts late where setup starts it by itself', async (t) => {
  for (const [name, delayed] of [
    ['core', [['c_Service', 5, 3, '1']]],
    ['desk', []],
  ] as const) {
    const bytes = await writePackage(t, makePackage(name));
    const [service] = await tableOf(bytes, 'ServiceInstall');
    const rows = (await tableOf(bytes, 'MsiServiceConfig')).filter((row) => row.Name === service?.Name);
    t.deepEqual(
      rows.map(({ Component_, Event, ConfigType, Argument }) => [Component_, Event, ConfigType, Argument]).sort(),
      [...delayed, [service?.Component_, 5, 5, '1'], [service?.Component_, 5, 7, '20000']].sort(),
    );
  }
});

test('a service keeps its start when another feature is changed', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  const conditions = new Map(
    (await tableOf(bytes, 'InstallExecuteSequence')).map((row) => [row.Action, row.Condition]),
  );
  // Any state above 2, absent, is an installed one: 3 local, 4 from the source.
  const chosen = '(&Service>2 OR (&Service=-1 AND !Service>2))';
  t.is(conditions.get('Configure_Service'), `${chosen} AND NOT REMOVE~="ALL"`);
  t.is(conditions.get('Demand_Service'), `NOT ${chosen} AND NOT REMOVE~="ALL"`);
});

test('programs without a window are ended after the folders are known and before files in use are looked for', async (t) => {
  const bytes = await writePackage(t, makePackage('desk'));
  const rows = await tableOf(bytes, 'InstallExecuteSequence');
  const order = rows.sort((a, b) => Number(a.Sequence) - Number(b.Sequence)).map(({ Action }) => String(Action));
  const steps = ['AppSearch', 'CostFinalize', 'Set_EndPrograms', 'EndPrograms', 'InstallValidate'];
  t.deepEqual(
    order.filter((action) => steps.includes(action)),
    steps,
  );
  // Repair, change and removal; an older version; the package that this one takes the place of.
  const conditions = new Map(rows.map(({ Action, Condition }) => [Action, Condition]));
  for (const action of ['Set_EndPrograms', 'EndPrograms'])
    t.is(conditions.get(action), 'Installed OR OLDERFOUND OR REPLACEDFOUND');
  const actions = new Map((await tableOf(bytes, 'CustomAction')).map((row) => [row.Action, row]));
  // Not deferred, not as the system, waited for; what it answers does not count.
  t.is(actions.get('EndPrograms')?.Type, 0x41);
  t.is(actions.get('Set_EndPrograms')?.Target, '[INSTALLFOLDER]|[SAVED_INSTALLFOLDER]');
  const properties = new Map((await tableOf(bytes, 'Property')).map(({ Property, Value }) => [Property, Value]));
  t.is(properties.get('ProgramsToEnd'), 'bin\\lantern.exe|bin\\runtimew.exe');
  const elsewhere = ['InstallUISequence', 'AdminExecuteSequence', 'AdminUISequence', 'AdvtExecuteSequence'];
  for (const table of elsewhere)
    t.false(
      (await tableOf(bytes, table)).some(({ Action }) => Action === 'EndPrograms'),
      table,
    );
});

test('a package without such programs ends none', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  for (const table of ['CustomAction', 'InstallExecuteSequence', 'Property'])
    t.notRegex(JSON.stringify(await tableOf(bytes, table)), /EndPrograms|ProgramsToEnd/);
});

test('a path below the data folder is one of Windows', async (t) => {
  const rows = await tableOf(await writePackage(t, makePackage('core')), 'Registry');
  const value = (name: string) => rows.find((row) => row.Name === name)?.Value;
  t.is(value('LANTERN_HOME'), '[STATEFOLDER]');
  t.is(value('LANTERN_CACHE'), '[STATEFOLDER]50% full');
});

test('a brace or bracket in a text of the manifest is no property to Windows Installer', async (t) => {
  const pkg = makePackage('core');
  const placement = pkg.placements[0]!;
  const facts = placement.windows!;
  const services = facts.services.map((service) => ({ ...service, title: 'a [B] {c}' }));
  const changed = { ...pkg, placements: [{ ...placement, windows: { ...facts, services } }] };
  const [service] = await tableOf(await writePackage(t, changed), 'ServiceInstall');
  t.is(service?.DisplayName, 'a [\\[]B[\\]] [\\{]c[\\}]');
});

test('a version that Windows Installer cannot compare is refused', async (t) => {
  for (const version of ['256.0.0', '1.256.0', '1.0.65536']) {
    const error = await t.throwsAsync(writePackage(t, makePackage('core', version)), { instanceOf: PackwrightError });
    t.regex(error!.message, /255\.255\.65535/);
  }
});

for (const compression of msi.compressions) {
  test(`our reader, msitools and 7-Zip take the same files out of ${compression.method}`, async (t) => {
    if (!haveTool(t, 'msiextract') || !haveTool(t, '7z')) return;
    const pkg = makePackage('core');
    const folder = await mkdtemp(path.join(tmpdir(), 'msi-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'x.msi');
    const bytes = await writePackage(t, pkg, compression);
    await writeFile(file, bytes);
    t.deepEqual([...compareFacts(pkg, await msi.read(memorySource('x.msi', bytes), openUnpacker()))], []);
    runTool('msiextract', ['-C', path.join(folder, 'out'), file]);
    const found = (await readdir(path.join(folder, 'out'), { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    const tree = pkg.placements[0]!.tree.filter((entry) => entry.kind === 'file');
    t.is(found.length, tree.length);
    for (const entry of tree) {
      const same = found.find((one) =>
        path.join(one.parentPath, one.name).endsWith(entry.path.replace(/^\/ProgramFiles/, '')),
      );
      const read = await readFile(path.join(same!.parentPath, same!.name));
      t.is(bytesContent(read).sha256, entry.content.sha256, entry.path);
    }
    // 7-Zip calls the files by their keys.
    runTool('7z', ['x', '-y', `-o${path.join(folder, 'streams')}`, file]);
    const streams = await readdir(path.join(folder, 'streams'), { recursive: true, withFileTypes: true });
    const sums = new Set<string>();
    for (const one of streams.filter((each) => each.isFile()))
      sums.add(bytesContent(await readFile(path.join(one.parentPath, one.name))).sha256);
    for (const entry of tree) t.true(sums.has(entry.content.sha256), entry.path);
  });
}

test('a package that is cut short, or whose file table says another size, is refused', async (t) => {
  const bytes = await writePackage(t, makePackage('core'));
  for (const length of [0, 100, 600, bytes.length >> 1, bytes.length - 600]) {
    await t.throwsAsync(msi.read(memorySource('x.msi', bytes.subarray(0, length)), openUnpacker()), {
      instanceOf: PackwrightError,
      message: /x\.msi/,
    });
  }
});
