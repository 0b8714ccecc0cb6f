import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PackwrightError } from '../model/errors.ts';
import type { Edition, Product, Program } from '../model/product.ts';
import type { Service } from '../model/service.ts';
import { parseVersion } from '../model/version.ts';
import { readJsonObject } from './read-json.ts';
import { MANIFEST_SCHEMA } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { validate } from './validate.ts';

/** A checked manifest with every default filled in, and the folder its paths are relative to. */
export interface Manifest {
  product: Product;
  file: string;
  folder: string;
}

/** What a person writes: `Product` with most keys left out. The schema guards it before this type is used. */
type Written = Partial<Omit<Product, 'programs' | 'services' | 'editions'>> &
  Pick<Product, 'name' | 'version' | 'summary' | 'maintainer' | 'licence'> & {
    programs: (Pick<Program, 'name' | 'entry'> & Partial<Program>)[];
    services?: (Pick<Service, 'name' | 'program'> & Partial<Service>)[];
    editions?: (Pick<Edition, 'name' | 'package' | 'programs'> & Partial<Edition>)[];
  };

/**
 * Reads the manifest: `given`, else packwright.json in `folder`, else the file that package.json's "packwright" key names.
 * @throws PackwrightError that names the key for everything that is wrong with it.
 */
export async function loadManifest(folder: string, given?: string): Promise<Manifest> {
  const { file, folder: home } = await locateManifest(folder, given);
  const where = path.relative(folder, file) || file;
  const written = await readManifest(file, where);
  validate(written, MANIFEST_SCHEMA, where);
  // `validate` has just compared it with the schema that mirrors this type.
  const product = fillDefaults(written as Written);
  parseVersion(product.version, `${where}: version`);
  checkReferences(product, where);
  return { product, file, folder: home };
}

/**
 * Where `loadManifest` finds the manifest, and the folder that its paths are relative to and that holds its lock. Nothing of it is read.
 * @throws PackwrightError where none is given and none is found.
 */
export async function locateManifest(folder: string, given?: string): Promise<{ file: string; folder: string }> {
  const file = given ? path.resolve(folder, given) : await findManifest(folder);
  // A TypeScript manifest lives inside the sources; its paths are relative to the project (the nearest package.json).
  return { file, folder: /\.[cm]?[jt]s$/.test(file) ? projectFolder(file) : path.dirname(file) };
}

async function findManifest(folder: string): Promise<string> {
  const plain = path.join(folder, 'packwright.json');
  if (existsSync(plain)) return plain;
  const packageJson = path.join(folder, 'package.json');
  if (existsSync(packageJson)) {
    const { packwright: named } = await readJsonObject(packageJson, 'package.json');
    if (typeof named === 'string') return path.join(folder, named);
  }
  throw new PackwrightError(
    'packwright.json',
    `there is no manifest in ${folder}`,
    'run "packwright init" to write one',
  );
}

async function readManifest(file: string, where: string): Promise<unknown> {
  if (!existsSync(file))
    throw new PackwrightError(where, 'there is no such manifest', 'check the path, or run "packwright init"');
  if (!statSync(file).isFile()) throw new PackwrightError(where, 'it is not a file', 'give the manifest itself');
  if (/\.[cm]?[jt]s$/.test(file)) return importProduct(file, where);
  return readJsonObject(file, where);
}

/** What a module exports as `product`. */
async function importProduct(file: string, where: string): Promise<unknown> {
  try {
    const module: { product?: unknown } = await import(pathToFileURL(file).href);
    if (module.product) return structuredClone(module.product);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new PackwrightError(where, `it cannot be loaded: ${why}`, 'mend it there', cause);
  }
  throw new PackwrightError(where, 'it does not export "product"', 'export const product = { … }');
}

function projectFolder(file: string): string {
  let folder = path.dirname(file);
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  return folder;
}

function fillDefaults(written: Written): Product {
  const title = written.title ?? written.name;
  const vendor = written.vendor ?? written.maintainer.name;
  const programs = written.programs.map((one) => ({ ...one, summary: one.summary ?? written.summary }));
  const services = (written.services ?? []).map((one) => ({
    ...one,
    title: one.title ?? title,
    start: one.start ?? 'boot',
  }));
  const whole: NonNullable<Written['editions']>[number] = {
    name: 'main',
    package: written.name,
    programs: programs.map((one) => one.name),
  };
  const editions = (written.editions ?? [whole]).map((one) => ({
    ...one,
    title: one.title ?? title,
    summary: one.summary ?? written.summary,
    services: one.services ?? (written.editions ? [] : services.map((service) => service.name)),
  }));
  return {
    ...written,
    title,
    vendor,
    programs,
    services,
    editions,
    description: written.description ?? [written.summary],
    homepage: written.homepage ?? `https://www.npmjs.com/package/${written.name}`,
    copyright: written.copyright ?? `Copyright ${vendor}`,
    arches: written.arches ?? ['x64', 'arm64'],
    formats: written.formats ?? ['deb', 'rpm', 'oci'],
  };
}

/** Names that one row uses must be the names of other rows. */
function checkReferences(product: Product, where: string) {
  const programs = product.programs.map((one) => one.name);
  const services = product.services.map((one) => one.name);
  const editions = product.editions.map((one) => one.name);
  const settings = (product.settings ?? []).map((one) => one.env);
  const wanted: { at: string; names: readonly string[]; known: string[]; kind: string }[] = [];
  for (const [i, one] of product.editions.entries()) {
    wanted.push({ at: `editions[${i}].programs`, names: one.programs, known: programs, kind: 'program' });
    wanted.push({ at: `editions[${i}].services`, names: one.services, known: services, kind: 'service' });
    wanted.push({ at: `editions[${i}].replaces`, names: one.replaces ?? [], known: editions, kind: 'edition' });
    wanted.push({
      at: `editions[${i}].alternatives`,
      names: Object.keys(one.alternatives ?? {}),
      known: programs,
      kind: 'program',
    });
    const run = one.imageService ? [one.imageService] : [];
    wanted.push({ at: `editions[${i}].imageService`, names: run, known: [...one.services], kind: 'service' });
    const running = product.services.filter((service) => one.services.includes(service.name));
    wanted.push({
      at: `editions[${i}].programs`,
      names: running.map((service) => service.program),
      known: [...one.programs],
      kind: 'program',
    });
  }
  for (const [i, one] of product.services.entries()) {
    wanted.push({ at: `services[${i}].program`, names: [one.program], known: programs, kind: 'program' });
    const check = one.healthCommand?.slice(0, 1) ?? [];
    wanted.push({ at: `services[${i}].healthCommand`, names: check, known: programs, kind: 'program' });
    for (const key of ['argsSetting', 'portSetting'] as const) {
      const named = one[key];
      if (named) wanted.push({ at: `services[${i}].${key}`, names: [named], known: settings, kind: 'setting' });
    }
    const start = typeof one.start === 'string' ? [] : Object.keys(one.start);
    wanted.push({ at: `services[${i}].start`, names: start, known: editions, kind: 'edition' });
  }
  for (const [i, one] of (product.shortcuts ?? []).entries()) {
    wanted.push({ at: `shortcuts[${i}].program`, names: [one.program], known: programs, kind: 'program' });
  }
  for (const key of ['settings', 'natives', 'shortcuts', 'web', 'files'] as const) {
    for (const [i, one] of (product[key] ?? []).entries()) {
      wanted.push({ at: `${key}[${i}].editions`, names: one.editions ?? [], known: editions, kind: 'edition' });
    }
  }
  for (const { at, names, known, kind } of wanted) {
    const wrong = names.find((name) => !known.includes(name));
    if (wrong) throw new PackwrightError(where, `${at}: there is no ${kind} "${wrong}"`, didYouMean(wrong, known));
  }
  const { arches, formats } = product;
  const packages = product.editions.flatMap((one) => (one.formats ?? formats).map((own) => `${one.package}.${own}`));
  const lists: Record<string, readonly string[]> = { programs, services, editions, arches, formats, packages };
  for (const edition of editions) {
    const own = (product.settings ?? []).filter((one) => one.editions?.includes(edition) ?? true);
    lists[`settings of edition ${edition}`] = own.map(({ env }) => env);
    const pages = (product.web ?? []).filter((one) => one.editions?.includes(edition) ?? true);
    lists[`folders of web in edition ${edition}`] = pages.map(({ folder }) => folder);
  }
  for (const [kind, names] of Object.entries(lists)) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw new PackwrightError(where, `${kind}: the name "${twice}" comes twice`, 'rename or remove one');
  }
}
