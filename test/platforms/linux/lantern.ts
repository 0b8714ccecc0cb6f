import { bytesContent } from '../../../build/model/content.ts';
import type { FileEntry } from '../../../build/model/file-tree.ts';
import type { Placement } from '../../../build/model/package.ts';
import type { Payload } from '../../../build/model/platform.ts';
import type { Edition, Product } from '../../../build/model/product.ts';
import type { FormatName } from '../../../build/model/target.ts';
import { linux } from '../../../platforms/linux/linux.ts';

/** An invented product that uses every word of the manifest that concerns Linux. */
export const lantern: Product = {
  name: 'lantern',
  title: 'Lantern',
  summary: 'Keeps copies of files where there is light',
  description: ['Lantern keeps copies of files.', 'It shows them in a browser, and 100 % of them come back.'],
  version: '2.1.0-beta.3',
  vendor: 'Lantern Works',
  maintainer: { name: 'Ada Ember', email: 'ada@lantern.example' },
  homepage: 'https://lantern.example/',
  licence: 'MIT',
  copyright: 'Copyright (c) 2026 Lantern Works',
  appId: 'example.lantern.Lantern',
  programs: [
    { name: 'lantern', entry: 'lantern.ts', summary: 'show the lantern on the desktop' },
    { name: 'lantern-server', entry: 'server.ts', summary: 'serve the lantern to browsers', section: 8 },
    { name: 'lantern-agent', entry: 'agent.ts', summary: 'do what a console asks for', section: 8 },
    { name: 'lantern-cli', entry: 'cli.ts', summary: 'make and restore copies' },
  ],
  services: [
    {
      name: 'lantern',
      title: 'Lantern server, 100% light',
      program: 'lantern-server',
      args: ['--name=the "light" $house', '%n'],
      argsSetting: 'LANTERN_OPTS',
      start: { desk: 'asked', core: 'boot' },
      account: 'root',
      notify: true,
      watchdogSeconds: 60,
      stateEnv: 'LANTERN_HOME',
      env: { LANTERN_LOG: 'journal', LANTERN_CACHE: '{state}/50% full' },
      port: 8400,
      healthPath: '/health',
      needs: ['whole-machine'],
      background: true,
    },
    {
      name: 'lantern-agent',
      title: 'Lantern agent',
      program: 'lantern-agent',
      args: ['run'],
      start: 'boot',
      restart: 'always',
      stopSeconds: 30,
      stateEnv: 'LANTERN_HOME',
      listens: 'nothing',
      needs: ['read-everything'],
      documentation: ['https://lantern.example/agent'],
    },
  ],
  settings: [
    {
      env: 'LANTERN_OPTS',
      kind: 'string',
      help: 'Further words for the command line, such as --port=8401.',
      editions: ['desk', 'core'],
    },
    {
      env: 'LANTERN_PORT',
      kind: 'number',
      default: '8400',
      help: 'The port to listen on.',
      editions: ['desk', 'core'],
    },
    {
      env: 'LANTERN_GREETING',
      kind: 'string',
      default: 'say "hello"',
      help: 'What the first page says.',
      editions: ['desk', 'core'],
    },
    {
      env: 'LANTERN_PASSWORD',
      kind: 'secret',
      help: 'The password of the web page, set at the next start.',
      editions: ['desk', 'core'],
    },
  ],
  shortcuts: [
    {
      name: 'Lantern',
      program: 'lantern',
      comment: 'Show what is kept where',
      categories: ['Utility', 'Archiving'],
      editions: ['desk'],
    },
  ],
  files: [{ from: 'colours.conf', to: '/etc/lantern/colours.conf', role: 'config', editions: ['desk'] }],
  editions: [
    {
      name: 'desk',
      package: 'lantern',
      title: 'Lantern',
      summary: 'copies of files, with a desktop program',
      programs: ['lantern', 'lantern-server', 'lantern-cli'],
      services: ['lantern'],
      replaces: ['core'],
      alternatives: { 'lantern-cli': 60 },
      rivals: [{ package: 'old-lantern', file: '/usr/lib/old-lantern/run', advice: 'remove old-lantern first' }],
    },
    {
      name: 'core',
      package: 'lantern-core',
      title: 'Lantern for servers',
      summary: 'copies of files, without a desktop',
      programs: ['lantern-server', 'lantern-cli'],
      services: ['lantern'],
      replaces: ['desk'],
      alternatives: { 'lantern-cli': 50 },
    },
    {
      name: 'beacon',
      package: 'lantern-agent',
      title: 'Lantern agent',
      summary: 'does what a console asks for',
      programs: ['lantern-agent', 'lantern-cli'],
      services: ['lantern-agent'],
      home: 'lantern-agent',
      alternatives: { 'lantern-cli': 40 },
    },
  ],
  arches: ['x64', 'arm64'],
  formats: ['deb', 'rpm', 'oci'],
  depends: { deb: ['ca-certificates'], rpm: ['ca-certificates'] },
};

/** One in Commander's shape, one with titles on lines of their own, one with nothing to list. */
const HELP = {
  lantern: 'Usage: lantern [options]\n\nOptions:\n  -h, --help  show this help\n',
  'lantern-cli': `Usage: lantern-cli [options] [command]

Makes copies: "of files", the administrator's too,
and \\restores them at ~/.

.dots and 'quotes' may begin a line — é.

Exit codes: 0 done, 100 error.

Options:
  -V, --version              output the version number
  -c, --compression <level>  how small (choices: "low", "high", default: "low")
  --[no-]colour              a bright output: [yes]
  -h, --help                 display help for command

Commands:
  copy [options] <folder>    make a copy: it's quick
  give|back <folder>         bring a copy back
                             to where it was
  help [command]             display help for command
`,
  'lantern-server': `lantern-server - serve the lantern to browsers

Usage:
  lantern-server [options]
  lantern-server check

Options:
  --port=PORT        Where to listen. Default: 8400.
  --log-level=LEVEL  What to say.
                     One of low, high or none. Default: low.

Environment:
  LANTERN_HOME  Data folder.
  LANTERN_PORT  Same as --port.

Examples:
  lantern-server --port=8401  Another port.
  lantern-server              The usual port.
`,
};

export function payloadOf(edition: Edition): Payload {
  const app = (path: string, text: string) =>
    ({ path, kind: 'file', executable: false, layer: 'app', content: bytesContent(text) }) as const;
  return {
    arch: 'x64',
    files: [
      { path: 'bin/runtime', kind: 'file', executable: true, layer: 'runtime', content: bytesContent('#!/bin/true\n') },
      ...edition.programs.map(
        (name) => ({ path: `bin/${name}`, kind: 'link', to: 'runtime', layer: 'runtime' }) as const,
      ),
      { path: 'bin/healthcheck', kind: 'link', to: 'runtime', layer: 'runtime' },
      ...edition.programs.map((name) => app(`app/${name}.mjs`, `console.log('${name}')\n`)),
      app('native/lamp.node', 'not really an ELF file'),
      app(
        'icon.svg',
        '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle r="4" cx="4" cy="4"/></svg>\n',
      ),
      ...(edition.name === 'desk' ? [app('/etc/lantern/colours.conf', 'wick=yellow\n')] : []),
    ],
    licence: bytesContent('Permission is granted.\n\nNo warranty.\n'),
    licenceText: 'Permission is granted.\n\nNo warranty.\n',
    notices: bytesContent('oil 1.0: MIT\n'),
    help: HELP,
    libraries: [{ soname: 'libc.so.6', versions: ['GLIBC_2.28'] }],
  };
}

export function editionNamed(name: string, product = lantern): Edition {
  const edition = product.editions.find((each) => each.name === name);
  if (!edition) throw new Error(`no edition ${name}`);
  return edition;
}

export function placeEdition(name: string, format: FormatName = 'deb', product = lantern): Placement {
  const edition = editionNamed(name, product);
  return linux.place(product, edition, 'x64', payloadOf(edition), format);
}

/** The bytes of a file that the platform wrote. */
export async function fileBytes(placement: Placement, path: string): Promise<Buffer> {
  const entry = placement.tree.find((each): each is FileEntry => each.path === path && each.kind === 'file');
  if (!entry) throw new Error(`${path} is not among\n${placement.tree.map((each) => each.path).join('\n')}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.content.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function fileText(placement: Placement, path: string): Promise<string> {
  return (await fileBytes(placement, path)).toString('utf8');
}
