import { statSync } from 'node:fs';
import type { Given, Option } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { type FindFile, serveFiles } from '../http/static-files.ts';
import { listWebFolder } from '../http/web-files.ts';
import { openOwnWeb } from '../web/web.ts';

export type WebOption =
  | 'webservice-webroot'
  | 'webservice-spa-paths'
  | 'webservice-api-only'
  | 'webservice-enable-folder-status-service';

/** What a browser gets. */
export const webOptions: readonly Option<WebOption>[] = [
  {
    name: 'webservice-webroot',
    value: 'FOLDER',
    help: 'Serve the web client in this folder instead of the built-in one. The folder is read at the start.',
  },
  {
    name: 'webservice-spa-paths',
    value: 'PATHS',
    default: '/ngclient',
    help: 'Where that client has routes of its own: below these paths, separated by semicolons, what is no file is answered with their index.html.',
  },
  { name: 'webservice-api-only', help: 'Serve no web client, only the API.' },
  {
    name: 'webservice-enable-folder-status-service',
    help: 'Let signed-in programs ask which folders are backed up, for marks in file managers.',
  },
];

/** The web client that the options name. @throws UserError (2) */
export function openWeb(given: Given<WebOption>): FindFile {
  const spaPaths = readPaths(given.text('webservice-spa-paths') ?? '');
  const folder = given.text('webservice-webroot');
  if (given.flag('webservice-api-only')) return async () => undefined;
  if (folder === undefined) return openOwnWeb();
  refuseOpenFolder(folder);
  const files = listWebFolder(folder, '--webservice-webroot');
  const pages = ['index.html', ...spaPaths.map((one) => `${one}/index.html`.slice(1))];
  if (!pages.some((page) => files.names.has(page)))
    throw new UserError(`--webservice-webroot: ${folder} holds none of ${pages.join(', ')}`, 2);
  return serveFiles({ files, spaPaths, isOwn: false });
}

/** Scripts of a web client act as the person who signs in. */
function refuseOpenFolder(folder: string): void {
  let mode: number;
  try {
    mode = statSync(folder).mode;
  } catch (thrown) {
    throw new UserError(`--webservice-webroot: ${folder} cannot be used: ${messageOf(thrown)}`, 2);
  }
  if (process.platform !== 'win32' && (mode & 0o002) !== 0)
    throw new UserError(
      `--webservice-webroot: every user of this machine can change ${folder}, and with it what the server's administrator runs; take that right away`,
      2,
    );
}

function readPaths(text: string): string[] {
  const paths = text
    .split(/[,;]/)
    .map((one) => one.trim().replace(/\/+$/, ''))
    .filter(Boolean);
  for (const one of paths) {
    if (!/^(\/[\w.~-]+)+$/.test(one) || /\/\./.test(one))
      throw new UserError(`--webservice-spa-paths: "${one}" is not a path such as /ngclient`, 2);
  }
  return paths;
}
