/** True for a path that some Windows wrote: `C:\a`, `\\server\share`. */
export function isWindowsPath(path: string): boolean {
  return /^(?:[A-Za-z]:\\|\\\\)/.test(path);
}

/** A path's folder, which ends in a separator, and its name, which has one at its end when it is a folder's. */
export function splitPath(path: string): { folder: string; name: string } {
  const separator = isWindowsPath(path) ? '\\' : '/';
  const at = path.lastIndexOf(separator, path.length - 2) + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}
