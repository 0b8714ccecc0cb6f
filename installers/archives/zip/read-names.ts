/** Names that are the same files wherever a zip is unpacked, on Windows above all ("Naming Files, Paths, and Namespaces"). */
const NOT_IN_NAMES = /[<>:"\\|?*\u0000-\u001f\u007f]/;
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Looks at names one after another, since some are only wrong beside others. */
export interface Names {
  /** What is wrong with the name, as the end of a sentence. */
  findFault(name: string): string | undefined;
}

export function openNames(): Names {
  const files = new Set<string>();
  const folders = new Set<string>();
  return {
    findFault(name) {
      const parts = name.split('/');
      if (name.startsWith('/')) return 'is absolute';
      if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leads elsewhere';
      if (NOT_IN_NAMES.test(name)) return 'has letters that no file may have on Windows';
      if (parts.some((part) => DEVICE.test(part))) return 'is that of a device on Windows';
      if (parts.some((part) => /[. ]$/.test(part))) return 'ends with a dot or space, which Windows takes away';
      // Windows takes these for the same, and so do others.
      const folded = parts.map((part) => part.normalize('NFC').toLowerCase());
      const own = folded.join('/');
      if (files.has(own)) return 'comes twice';
      if (folders.has(own)) return 'is that of a folder, too';
      files.add(own);
      for (let count = folded.length - 1; count > 0; count--) {
        const folder = folded.slice(0, count).join('/');
        if (files.has(folder)) return 'lies in a file';
        folders.add(folder);
      }
      return undefined;
    },
  };
}
