import { lstat, opendir, readlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { maxLength, object, pipe, string } from 'valibot';
import { codeOf } from '../errors.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';

/** Most entries of one folder that are shown. */
const MOST = 10_000;

const body = object({ path: pipe(string(), maxLength(4096)) });

/** A node of a tree of files, in the form that clients know. */
interface TreeNode {
  text: string;
  id: string;
  cls: 'folder' | 'file';
  iconCls: string;
  check: boolean;
  leaf: boolean;
  resolvedpath: string | null;
  hidden: boolean;
  systemFile: boolean;
  temporary: boolean;
  symlink: boolean;
  fileSize: number;
}

/** The machine's files, for choosing sources. Nothing is read of them. */
export function fileRoutes(home = findHome()): Route[] {
  return [
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/filesystem',
      body,
      async answer({ body: sent, query }) {
        const folder = resolvePath(sent.path, home);
        const wants = (name: string) => /^(true|1)$/i.test(query.get(name) ?? '');
        const nodes = await listFolder(folder, wants('onlyfolders'), wants('showhidden'));
        if (path.parse(folder).root === folder && home !== undefined) nodes.unshift(homeNode(home));
        return { json: nodes };
      },
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/filesystem/validate',
      body,
      async answer({ body: sent }) {
        const file = resolvePath(sent.path, home);
        try {
          await lstat(file);
        } catch {
          throw missing();
        }
        return {};
      },
    }),
  ];
}

function missing(): Refusal {
  return new Refusal(404, 'The path does not exist');
}

/** An absolute path; `%HOME%` stands for the account's home. @throws Refusal 404 for anything else. */
function resolvePath(text: string, home: string | undefined): string {
  const whole = home === undefined ? text : text.replace(/^%HOME%/i, home);
  if (!path.isAbsolute(whole) || whole.includes('\0')) throw missing();
  return path.normalize(whole);
}

async function listFolder(folder: string, onlyFolders: boolean, showHidden: boolean): Promise<TreeNode[]> {
  const nodes: TreeNode[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      const node = await describeEntry(path.join(folder, entry.name), entry.name);
      if (!node || (onlyFolders && node.cls !== 'folder') || (!showHidden && node.hidden)) continue;
      nodes.push(node);
      if (nodes.length >= MOST) break;
    }
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'EACCES' || code === 'EPERM')
      throw new Refusal(403, 'The account of the server may not read this folder');
    throw missing();
  }
  const rank = ({ cls }: TreeNode) => (cls === 'folder' ? 0 : 1);
  return nodes.sort((a, b) => rank(a) - rank(b) || (a.text < b.text ? -1 : 1));
}

/** Undefined for what is gone meanwhile. A link is what it is, and a folder where it leads to one. */
async function describeEntry(file: string, name: string): Promise<TreeNode | undefined> {
  const stat = await lstat(file).catch(() => undefined);
  if (!stat) return undefined;
  const isLink = stat.isSymbolicLink();
  const target = isLink ? await readlink(file).catch(() => null) : null;
  const isFolder = stat.isDirectory() || (isLink && (await leadsToFolder(file)));
  return {
    text: name,
    id: isFolder ? `${file}${path.sep}` : file,
    cls: isFolder ? 'folder' : 'file',
    iconCls: isLink ? 'x-tree-icon-symlink' : isFolder ? 'x-tree-icon-parent' : 'x-tree-icon-leaf',
    check: false,
    leaf: !isFolder,
    resolvedpath: target,
    hidden: name.startsWith('.'),
    systemFile: false,
    temporary: false,
    symlink: isLink,
    fileSize: stat.isFile() ? stat.size : -1,
  };
}

async function leadsToFolder(link: string): Promise<boolean> {
  try {
    const opened = await opendir(link);
    await opened.close();
    return true;
  } catch {
    return false;
  }
}

function homeNode(home: string): TreeNode {
  return {
    text: 'Home',
    id: '%HOME%',
    cls: 'folder',
    iconCls: 'x-tree-icon-special',
    check: false,
    leaf: false,
    resolvedpath: home,
    hidden: false,
    systemFile: false,
    temporary: false,
    symlink: false,
    fileSize: -1,
  };
}

/** The account's home; undefined for accounts without one. */
export function findHome(): string | undefined {
  try {
    const home = os.homedir();
    return path.isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}
