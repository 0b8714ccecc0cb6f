import { constants, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, UserError } from '../errors.ts';

/** The files of a web interface, by their paths with `/` between the steps. */
export interface WebFiles {
  names: ReadonlySet<string>;
  /** @param name one of `names`. */
  read(name: string): Promise<Buffer>;
}

const MOST_FILES = 10_000;
/** Bytes of one file. */
const LARGEST = 32 * 1024 * 1024;

/**
 * The files of a folder as they are now. Links are left out, wherever they lead, and so are names that begin with a dot.
 * @throws UserError (2) when the folder cannot be read or holds more than ten thousand files.
 */
export function listWebFolder(folder: string, option: string): WebFiles {
  const names = new Set<string>();
  try {
    collect(folder, '', names);
  } catch (thrown) {
    throw new UserError(`${option}: ${folder} cannot be used: ${messageOf(thrown)}`, 2);
  }
  return { names, read: (name) => readWhole(path.join(folder, ...name.split('/'))) };
}

function collect(folder: string, below: string, names: Set<string>): void {
  for (const item of readdirSync(path.join(folder, below), { withFileTypes: true })) {
    if (item.name.startsWith('.')) continue;
    const name = below === '' ? item.name : `${below}/${item.name}`;
    if (item.isDirectory()) collect(folder, name, names);
    else if (item.isFile()) names.add(name);
    if (names.size > MOST_FILES) throw new Error(`it holds more than ${MOST_FILES} files`);
  }
}

/** What has become a link since the folder was listed is not followed. */
async function readWhole(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > LARGEST) throw new Error(`${file} is larger than ${LARGEST} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
