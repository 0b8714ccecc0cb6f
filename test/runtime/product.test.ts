import { existsSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../package.json' with { type: 'json' };
import { environmentName } from '../../runtime/command-line/arguments.ts';
import { product } from '../../runtime/product.ts';
import { serverOptions } from '../../runtime/server/options.ts';

const folder = path.join(import.meta.dirname, '../..');
const programs = new Set<string>(product.programs.map((program) => program.name));

test('the manifest names files that are there', (t) => {
  t.is(product.version, packageJson.version);
  for (const file of [product.icon, product.licenceFile, ...product.programs.map((program) => program.entry)]) {
    t.true(existsSync(path.join(folder, file)), file);
  }
});

test('every edition has programs, services and commands that the manifest declares', (t) => {
  const services = new Map(product.services.map((service) => [service.name as string, service.program as string]));
  for (const edition of product.editions) {
    for (const program of edition.programs) t.true(programs.has(program), program);
    for (const service of edition.services) t.true(edition.programs.includes(services.get(service) as never), service); // names
    for (const command of Object.keys(edition.alternatives))
      t.true(edition.programs.includes(command as never), command); // names
  }
});

test('compiled addons are where the manifest says, for this machine', (t) => {
  for (const native of product.natives) {
    const fill = (text: string) => text.replaceAll('{platform}', process.platform).replaceAll('{arch}', process.arch);
    t.true(existsSync(path.join(folder, 'node_modules', fill(native.package), fill(native.file))), native.name);
  }
});

test('every setting of the server is a variable that it reads, with the same default', (t) => {
  const options = new Map(serverOptions.map((option) => [environmentName(option.name), option]));
  for (const setting of product.settings) {
    if (setting.env === 'DAEMON_OPTS') continue;
    t.true(options.has(setting.env), setting.env);
    if ('default' in setting) t.is(setting.default, options.get(setting.env)?.default ?? '', setting.env);
  }
});
