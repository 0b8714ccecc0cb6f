import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PackwrightError } from '../model/errors.ts';
import { type CommonOptions, print } from './options.ts';

type PackageJson = Partial<{
  name: string;
  version: string;
  description: string;
  license: string;
  homepage: string;
  bin: string | Record<string, string>;
  main: string;
  scripts: Record<string, string>;
  engines: { node?: string };
  author: string | { name?: string; email?: string };
  dependencies: Record<string, string>;
}>;

/** `packwright init`: a manifest that works, from what package.json says. What is guessed is printed, so that it can be mended. */
export async function initCommand(options: CommonOptions & { force?: boolean }): Promise<void> {
  const file = path.join(options.directory, 'packwright.json');
  if (existsSync(file) && !options.force)
    throw new PackwrightError('packwright.json', 'it exists already', 'use --force to overwrite it');
  const source = path.join(options.directory, 'package.json');
  if (!existsSync(source))
    throw new PackwrightError('package.json', `there is none in ${options.directory}`, 'run "npm init" first');
  const about: PackageJson = JSON.parse(await readFile(source, 'utf8'));
  const { manifest, guesses } = draftManifest(about, options.directory);
  await writeFile(file, `${formatManifest(manifest)}\n`, { flag: options.force ? 'w' : 'wx' });
  print(`wrote packwright.json for ${manifest.name} ${manifest.version}`);
  for (const guess of guesses) print(`  check: ${guess}`);
  print('next: npx packwright build');
}

function draftManifest(about: PackageJson, directory: string) {
  const guesses: string[] = [];
  const name = (about.name ?? path.basename(directory))
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-');
  const author = readAuthor(about.author);
  if (!author.email) guesses.push('maintainer: package.json names no author with an e-mail address');
  const { bins, wrapped } = findPrograms(about, name, directory);
  if (wrapped) guesses.push(`programs: this project has none of its own, so it is ${wrapped} that is packaged`);
  const programs = Object.entries(bins).map(([bin, entry]) => ({ name: bin, entry: path.posix.normalize(entry) }));
  for (const { entry } of programs)
    if (!existsSync(path.join(directory, entry))) guesses.push(`programs: ${entry} does not exist yet`);
  const dependencies = Object.keys(about.dependencies ?? {});
  if (dependencies.includes('packwright'))
    guesses.push('package.json: move packwright to devDependencies, or it is shipped too');
  const bundled = dependencies.every((one) => one === 'packwright');
  if (!bundled)
    guesses.push(
      'programs: "bundle": false ships the project as it is, with node_modules but without devDependencies; remove it to bundle with esbuild',
    );
  if (about.engines?.node && !/^>=? *\d/.test(about.engines.node))
    guesses.push(
      `engines: package.json asks for Node ${about.engines.node}; the packages carry the Node that "packwright plan" names`,
    );
  guesses.push(
    'services: the program runs as a service of its own account; set port and healthPath if it has them, or remove it',
  );
  const manifest = {
    $schema: './node_modules/packwright/packwright.schema.json',
    name,
    version: /^\d/.test(about.version ?? '') ? about.version! : '0.0.0',
    summary: (about.description || name).split('\n')[0]!,
    maintainer: { name: author.name || 'Unknown', email: author.email || 'nobody@example.com' },
    homepage: about.homepage ?? `https://www.npmjs.com/package/${about.name ?? name}`,
    licence: about.license ?? 'UNLICENSED',
    programs: programs.map((one) => (bundled ? one : { ...one, bundle: false })),
    services: [{ name, program: programs[0]!.name }],
  };
  return { manifest, guesses };
}

/** Commands by name: those of package.json, else what `npm start` or the main file runs, else those of a dependency that is one. */
function findPrograms(about: PackageJson, name: string, directory: string) {
  if (typeof about.bin === 'string') return { bins: { [name]: about.bin } };
  if (about.bin && Object.keys(about.bin).length > 0) return { bins: about.bin };
  const start = /^node +([^\s-]\S*)$/.exec(about.scripts?.start ?? '')?.[1];
  const own = [start, about.main, 'index.js', 'server.js'].find((one) => one && existsSync(path.join(directory, one)));
  if (own) return { bins: { [name]: own } };
  for (const wrapped of Object.keys(about.dependencies ?? {})) {
    const folder = `node_modules/${wrapped}`;
    const file = path.join(directory, folder, 'package.json');
    if (wrapped === 'packwright' || !existsSync(file)) continue;
    const { bin }: PackageJson = JSON.parse(readFileSync(file, 'utf8'));
    const bins = typeof bin === 'string' ? { [wrapped.replace(/^@[^/]+\//, '')]: bin } : (bin ?? {});
    const [first] = Object.entries(bins);
    if (first) return { bins: { [first[0]]: path.posix.join(folder, first[1]) }, wrapped };
  }
  return { bins: { [name]: start ?? about.main ?? 'index.js' } };
}

/** `Name <mail> (url)`, or its parts. */
function readAuthor(author: PackageJson['author']): { name: string; email: string } {
  if (typeof author !== 'string') return { name: author?.name ?? '', email: author?.email ?? '' };
  const match = /^([^<(]*)(?:<([^>]*)>)?/.exec(author);
  return { name: match?.[1]?.trim() ?? '', email: match?.[2] ?? '' };
}

/** Indented JSON with short objects on one line, so that a manifest stays short. */
function formatManifest(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.replace(
    /\{\n\s+("[^{}[\]]{1,100}?)\n\s+\}/g,
    (_, inner: string) => `{ ${inner.replace(/\n\s+/g, ' ')} }`,
  );
}
