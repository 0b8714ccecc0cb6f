import test from 'ava';
import type { Product } from '../../../build/model/product.ts';
import { windows } from '../../../platforms/windows/windows.ts';
import { editionNamed } from '../linux/lantern.ts';
import { product, windowsPayload } from './windows-lantern.ts';

const place = (name: string, of: Product = product) =>
  windows.place(of, of.editions.find((one) => one.name === name) ?? editionNamed(name), 'x64', windowsPayload(name));

test('programs, licence and notices lie below Program Files', (t) => {
  const paths = place('core').tree.map(({ path }) => path);
  t.deepEqual(paths, [
    '/ProgramFiles/Lantern/LICENSE.txt',
    '/ProgramFiles/Lantern/NOTICES.txt',
    '/ProgramFiles/Lantern/app/lantern-cli.mjs',
    '/ProgramFiles/Lantern/app/lantern-server.mjs',
    '/ProgramFiles/Lantern/bin/lantern-cli.exe',
    '/ProgramFiles/Lantern/bin/lantern-server.exe',
    '/ProgramFiles/Lantern/bin/runtime.exe',
    '/ProgramFiles/Lantern/icon.ico',
    '/ProgramFiles/Lantern/native/lamp.node',
  ]);
});

test('an edition with a home of its own shares no folder, key or UpgradeCode with the others', (t) => {
  const [core, desk, beacon] = ['core', 'desk', 'beacon'].map((name) => place(name).windows);
  t.is(core?.folder, desk?.folder);
  t.not(core?.upgradeCode, desk?.upgradeCode);
  t.deepEqual(core?.replaces, [desk?.upgradeCode]);
  for (const key of ['folder', 'state', 'registryKey', 'upgradeCode'] as const) t.not(beacon?.[key], core?.[key]);
  t.is(beacon?.registryKey, 'SOFTWARE\\Lantern Works\\lantern-agent');
});

test('an UpgradeCode is the same for every version and title, and may be given', (t) => {
  const later = place('core', { ...product, version: '9.0.0', title: 'Lamp' }).windows;
  t.is(later?.upgradeCode, place('core').windows?.upgradeCode);
  const upgradeCode = '{6e2c1a40-2222-4b2e-9c01-0123456789ab}';
  const given = { ...product, editions: product.editions.map((one) => ({ ...one, upgradeCode })) };
  t.is(place('core', given).windows?.upgradeCode, upgradeCode.toUpperCase());
});

test('a service is the loader with the program and its words for the service control manager', (t) => {
  const [service] = place('core').windows?.services ?? [];
  t.is(service?.executable, '/ProgramFiles/Lantern/bin/runtime.exe');
  t.deepEqual(service?.args, ['lantern-server', '--name=the "light" $house', '%n', '--service']);
  t.is(service?.account, 'LocalSystem');
  t.is(place('beacon').windows?.services[0]?.account, 'virtual');
});

test('what an installer may end is the programs without a console and their loader, never what a service runs', (t) => {
  const bin = '/ProgramFiles/Lantern/bin';
  t.deepEqual(place('desk').windows?.windowless, [`${bin}/lantern.exe`, `${bin}/runtimew.exe`]);
  t.deepEqual(place('core').windows?.windowless, []);
  const executables = place('desk').windows?.services.map(({ executable }) => executable);
  t.deepEqual(executables, [`${bin}/runtime.exe`]);
});

test('a service starts by itself where the edition says so, and its feature follows', (t) => {
  const feature = (name: string) => place(name).windows?.features.find(({ property }) => property === 'SERVICE');
  t.true(feature('core')?.isDefault);
  t.false(feature('desk')?.isDefault);
});

test('only an edition with a desktop program has shortcuts to leave out', (t) => {
  const properties = (name: string) => place(name).windows?.features.map(({ property }) => property);
  t.deepEqual(properties('core'), ['SERVICE', 'ADDTOPATH']);
  t.deepEqual(properties('desk'), ['SERVICE', 'ADDTOPATH', 'MENUSHORTCUT', 'DESKTOPSHORTCUT', 'LOGINSHORTCUT']);
});

test('a secret has no default, whatever the manifest says', (t) => {
  const settings = (product.settings ?? []).map((one) => ({ ...one, default: 'x' }));
  const secret = place('core', { ...product, settings }).windows?.settings.find(({ kind }) => kind === 'secret');
  t.is(secret?.default, '');
  t.is(secret?.property, 'PASSWORD');
});

test('a service that does not say how the service control manager reaches it is refused', (t) => {
  const services = product.services.map(({ windowsArgs: _, ...rest }) => rest);
  t.throws(() => place('core', { ...product, services }), { message: /service lantern: .*windowsArgs/s });
});

test('a title that is no name for a folder is refused, and what Windows does not take is left out', (t) => {
  t.throws(() => place('core', { ...product, title: 'NUL' }), { message: /no name that Windows takes/ });
  t.is(place('core', { ...product, title: 'Lantern: 2/3?' }).windows?.folder, '/ProgramFiles/Lantern 2 3');
});

test('a link and an absolute place are refused', (t) => {
  const payload = windowsPayload('core');
  const edition = editionNamed('core');
  const link = { path: 'bin/x', kind: 'link', to: 'runtime.exe', layer: 'app' } as const;
  const absolute = { ...payload.files[0]!, path: '/etc/x' };
  for (const file of [link, absolute])
    t.throws(() => windows.place(product, edition, 'x64', { ...payload, files: [file] }), { message: /link|absolute/ });
});
