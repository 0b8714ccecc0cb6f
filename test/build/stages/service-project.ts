/** A service whose programs are not bundled, written to disk for each test. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readContent } from '../../../build/model/content.ts';
import type { Arch } from '../../../build/model/target.ts';
import { unbundledFiles } from '../../../build/stages/unbundled.ts';
import { makeScratchFolder } from '../../scratch-folder.ts';

export const LOCK = { lockfileVersion: 3, packages: { '': {}, 'node_modules/dep': { version: '1.0.0' } } };
export const SERVICE: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'svc', version: '1.0.0' }),
  'package-lock.json': JSON.stringify(LOCK),
  'server.js': 'console.log(require("./lib/word.js"), require("dep"), __filename.split("/").at(-1));',
  'lib/word.js': 'module.exports = "word";',
  'node_modules/dep/package.json': JSON.stringify({ name: 'dep', version: '1.0.0', license: 'MIT' }),
  'node_modules/dep/index.js': 'module.exports = require("./coverage.js");',
  'node_modules/dep/coverage.js': 'module.exports = "dep";',
};

export async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = makeScratchFolder('unbundled');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

/** What of a project in a folder would be shipped. */
export async function shipFolder(folder: string, entry = 'server.js', name = 'svc', arch: Arch = 'x64') {
  const program = { name, entry, summary: 'serves', bundle: false };
  const product = {
    name: 'svc',
    title: 'svc',
    summary: 'serves',
    description: [],
    version: '1.0.0',
    vendor: 'Ada',
    maintainer: { name: 'Ada', email: 'ada@example.com' },
    homepage: 'https://example.com',
    licence: 'MIT',
    copyright: '',
    programs: [program],
    services: [],
    editions: [],
    arches: [],
    formats: [],
  };
  return unbundledFiles({ product, file: path.join(folder, 'packwright.json'), folder }, [program], 'linux', arch);
}

export async function filesOf(files: Readonly<Record<string, string>>, entry = 'server.js', name = 'svc') {
  return (await shipFolder(await makeFolder(files), entry, name)).files;
}

/** What the program prints from where it would be installed. */
export async function runShipped(files: Awaited<ReturnType<typeof filesOf>>, name = 'svc'): Promise<string> {
  const folder = await makeFolder({});
  for (const file of files) {
    const place = path.join(folder, file.path);
    await mkdir(path.dirname(place), { recursive: true });
    if (file.kind === 'link') await symlink(file.to, place);
    else {
      await writeFile(place, await readContent(file.content));
      await chmod(place, file.executable ? 0o755 : 0o644);
    }
  }
  return execFileSync(process.execPath, [path.join(folder, `app/${name}.mjs`)], { encoding: 'utf8' });
}
