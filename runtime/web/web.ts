import path from 'node:path';
import { type FindFile, serveFiles } from '../http/static-files.ts';
import { listWebFolder, type WebFiles } from '../http/web-files.ts';
import { installRoot, isPackaged } from '../paths.ts';
import { bundleFromSource } from './from-source.ts';

/**
 * The web interface that comes with the server. It has one page, its routes stand behind `#` and it names files relative to that page:
 * so it works below whatever path a proxy shows it, and needs no `<base>`.
 */
export function openOwnWeb(): FindFile {
  if (isPackaged) return serveOwn(listWebFolder(path.join(installRoot(), 'app', 'web'), 'the web interface'));
  let opened: Promise<FindFile> | undefined;
  return async (request, address) => {
    opened ??= bundleFromSource().then(serveOwn);
    return (await opened)(request, address);
  };
}

function serveOwn(files: WebFiles): FindFile {
  return serveFiles({ files, spaPaths: [], alsoFirst: ['/signin.html', '/login.html'], isOwn: true });
}
