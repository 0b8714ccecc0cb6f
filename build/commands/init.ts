import { existsSync } from 'node:fs';
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
  const bins =
    typeof about.bin === 'string' ? { [name]: about.bin } : (about.bin ?? { [name]: about.main ?? 'index.js' });
  const programs = Object.entries(bins).map(([bin, entry]) => ({ name: bin, entry: path.posix.normalize(entry) }));
  const dependencies = Object.keys(about.dependencies ?? {});
  if (dependencies.includes('packwright'))
    guesses.push('package.json: move packwright to devDependencies, or it is shipped too');
  const bundled = dependencies.every((one) => one === 'packwright');
  if (!bundled) guesses.push('programs: "bundle": false ships node_modules as it is; remove it to let esbuild bundle');
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
