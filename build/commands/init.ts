import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readJsonObject } from '../manifest/read-json.ts';
import { MANIFEST_SCHEMA } from '../manifest/schema.ts';
import { validate } from '../manifest/validate.ts';
import { PackwrightError } from '../model/errors.ts';
import { parseVersion } from '../model/version.ts';
import { type CommonOptions, print } from './options.ts';

/** What `init` asks of package.json, everything there and of its type; texts are empty where it says nothing. */
interface PackageJson {
  name: string;
  version: string;
  description: string;
  license: string;
  homepage: string;
  bin: Readonly<Record<string, string>>;
  main: string;
  start: string;
  node: string;
  author: { name: string; email: string };
  dependencies: readonly string[];
}

/** `packwright init`: a manifest that works, from what package.json says. What is guessed is printed, so that it can be mended. */
export async function initCommand(options: CommonOptions & { force?: boolean }): Promise<void> {
  const file = path.join(options.directory, 'packwright.json');
  if (existsSync(file) && !options.force)
    throw new PackwrightError('packwright.json', 'it exists already', 'use --force to overwrite it');
  const source = path.join(options.directory, 'package.json');
  if (!existsSync(source))
    throw new PackwrightError('package.json', `there is none in ${options.directory}`, 'run "npm init" first');
  const about = await readPackageJson(source, 'package.json');
  const { manifest, guesses } = await draftManifest(about, options.directory);
  validate(manifest, MANIFEST_SCHEMA, 'packwright.json');
  await writeFile(file, `${formatManifest(manifest)}\n`, { flag: options.force ? 'w' : 'wx' });
  print(`wrote packwright.json for ${manifest.name} ${manifest.version}`);
  for (const guess of guesses) print(`  check: ${guess}`);
  print('next: npx packwright build');
}

async function readPackageJson(file: string, where: string): Promise<PackageJson> {
  const about = await readJsonObject(file, where);
  const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  // Object() makes an object of whatever is there; members that are no texts are passed over.
  const texts = (value: unknown) =>
    Object.fromEntries(Object.entries(Object(value)).filter((one): one is [string, string] => text(one[1]) !== ''));
  const name = text(about.name) || path.basename(path.resolve(path.dirname(file)));
  return {
    name,
    version: text(about.version),
    description: text(about.description),
    // `{ "type": … }` is how it was written long ago.
    license: text(about.license) || (texts(about.license).type ?? ''),
    homepage: text(about.homepage),
    bin: typeof about.bin === 'string' ? { [commandOf(name)]: about.bin } : texts(about.bin),
    main: text(about.main),
    start: texts(about.scripts).start ?? '',
    node: texts(about.engines).node ?? '',
    author:
      typeof about.author === 'string' ? readAuthor(about.author) : { name: '', email: '', ...texts(about.author) },
    dependencies: Object.keys(texts(about.dependencies)),
  };
}

/** npm's name, without its scope, as a command or package may be called. */
function commandOf(name: string): string {
  const word = name.replace(/^@[^/]+\//, '').toLowerCase();
  return word.replace(/[^a-z0-9-]/g, '-').replace(/^-+/, '') || 'app';
}

async function draftManifest(about: PackageJson, directory: string) {
  const guesses: string[] = [];
  const name = commandOf(about.name);
  const { author } = about;
  const hasEmail = /^[^@\s<>]+@[^@\s<>]+$/.test(author.email);
  if (!hasEmail) guesses.push('maintainer: package.json names no author with an e-mail address');
  const { bins, wrapped } = await findPrograms(about, name, directory);
  if (wrapped) guesses.push(`programs: this project has none of its own, so it is ${wrapped} that is packaged`);
  const programs = Object.entries(bins).map(([bin, entry]) => ({
    name: /^[a-z0-9][a-z0-9._-]*$/.test(bin) ? bin : commandOf(bin),
    entry: path.posix.normalize(entry),
  }));
  const version = isVersion(about.version) ? about.version : '0.0.0';
  if (version !== about.version) guesses.push(`version: package.json has none that fits, so it is ${version}`);
  for (const { entry } of programs)
    if (!existsSync(path.join(directory, entry))) guesses.push(`programs: ${entry} does not exist yet`);
  const { dependencies } = about;
  if (dependencies.includes('packwright'))
    guesses.push('package.json: move packwright to devDependencies, or it is shipped too');
  const bundled = dependencies.every((one) => one === 'packwright');
  if (!bundled)
    guesses.push(
      'programs: "bundle": false ships the project as it is, with node_modules but without devDependencies; remove it to bundle with esbuild',
    );
  if (about.node && !/^>=? *\d/.test(about.node))
    guesses.push(
      `engines: package.json asks for Node ${about.node}; the packages carry the Node that "packwright plan" names`,
    );
  guesses.push(
    'services: the program runs as a service of its own account; set port and healthPath if it has them, or remove it',
  );
  const manifest = {
    $schema: './node_modules/packwright/packwright.schema.json',
    name,
    version,
    summary: (about.description || name).split(/[\r\n]/)[0]!,
    maintainer: { name: author.name || 'Unknown', email: hasEmail ? author.email : 'nobody@example.com' },
    homepage: /^https?:\/\/[!-~]+$/.test(about.homepage)
      ? about.homepage
      : `https://www.npmjs.com/package/${encodeURI(about.name)}`,
    licence: about.license || 'UNLICENSED',
    programs: programs.map((one) => (bundled ? one : { ...one, bundle: false })),
    services: [{ name, program: programs[0]!.name }],
  };
  return { manifest, guesses };
}

/** Commands by name: those of package.json, else what `npm start` or the main file runs, else those of a dependency that is one. */
async function findPrograms(about: PackageJson, name: string, directory: string) {
  if (Object.keys(about.bin).length > 0) return { bins: about.bin };
  const start = /^node +([^\s-]\S*)$/.exec(about.start)?.[1];
  const own = [start, about.main, 'index.js', 'server.js'].find((one) => one && existsSync(path.join(directory, one)));
  if (own) return { bins: { [name]: own } };
  for (const wrapped of about.dependencies) {
    const folder = `node_modules/${wrapped}`;
    const file = path.join(directory, folder, 'package.json');
    if (wrapped === 'packwright' || !existsSync(file)) continue;
    const [first] = Object.entries((await readPackageJson(file, folder)).bin);
    if (first) return { bins: { [first[0]]: path.posix.join(folder, first[1]) }, wrapped };
  }
  return { bins: { [name]: start ?? (about.main || 'index.js') } };
}

/** `Name <mail> (url)`. */
function readAuthor(author: string): PackageJson['author'] {
  const match = /^([^<(]*)(?:<([^>]*)>)?/.exec(author);
  return { name: match?.[1]?.trim() ?? '', email: match?.[2] ?? '' };
}

function isVersion(text: string): boolean {
  try {
    return parseVersion(text) !== undefined;
  } catch {
    return false;
  }
}

/** Indented JSON with short objects on one line, so that a manifest stays short. */
function formatManifest(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.replace(
    /\{\n\s+("[^{}[\]]{1,100}?)\n\s+\}/g,
    (_, inner: string) => `{ ${inner.replace(/\n\s+/g, ' ')} }`,
  );
}
