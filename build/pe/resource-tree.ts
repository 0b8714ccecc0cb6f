/** The bytes of a `.rsrc` section (Microsoft PE and COFF Specification, section "The .rsrc Section"). */

/** One resource, under numbers: its type (RT_ICON 3, RT_GROUP_ICON 14, RT_VERSION 16, RT_MANIFEST 24), name and language. */
export interface Resource {
  type: number;
  name: number;
  language: number;
  data: Uint8Array;
}

/** English (United States): what Windows falls back to. */
export const LANGUAGE = 0x409;

/** Three levels of directories, then one data entry a resource, then the data, each at a multiple of eight. @param address of the section in memory. */
export function encodeResources(resources: readonly Resource[], address: number): Buffer {
  const sorted = [...resources].sort((a, b) => a.type - b.type || a.name - b.name || a.language - b.language);
  const types = groupBy(sorted, (one) => one.type);
  const directories: { id: number; children: { id: number; resources: Resource[] }[] }[] = types.map(
    ({ id, resources }) => ({ id, children: groupBy(resources, (one) => one.name) }),
  );
  // First all directories of the second level, then all of the third.
  const sizeOf = (count: number) => 16 + count * 8;
  let next = sizeOf(directories.length);
  const typeAt = directories.map(({ children }) => take(sizeOf(children.length)));
  const nameAt = directories.map(({ children }) => children.map((one) => take(sizeOf(one.resources.length))));
  const entryAt = new Map(sorted.map((one) => [one, take(16)]));
  const dataAt = new Map(sorted.map((one) => [one, take(one.data.byteLength)]));
  function take(size: number): number {
    const at = Math.ceil(next / 8) * 8;
    next = at + size;
    return at;
  }

  const bytes = Buffer.alloc(next);
  const writeDirectory = (at: number, entries: readonly { id: number; to: number }[]) => {
    bytes.writeUInt16LE(entries.length, at + 14); // all by number, none by text
    for (const [i, { id, to }] of entries.entries()) {
      bytes.writeUInt32LE(id, at + 16 + i * 8);
      bytes.writeUInt32LE(to >>> 0, at + 20 + i * 8);
    }
  };
  const isDirectory = 0x80000000;
  writeDirectory(
    0,
    directories.map(({ id }, i) => ({ id, to: isDirectory + typeAt[i]! })),
  );
  for (const [i, { children }] of directories.entries()) {
    writeDirectory(
      typeAt[i]!,
      children.map(({ id }, k) => ({ id, to: isDirectory + nameAt[i]![k]! })),
    );
    for (const [k, child] of children.entries()) {
      writeDirectory(
        nameAt[i]![k]!,
        child.resources.map((one) => ({ id: one.language, to: entryAt.get(one)! })),
      );
    }
  }
  for (const one of sorted) {
    bytes.writeUInt32LE(address + dataAt.get(one)!, entryAt.get(one)!);
    bytes.writeUInt32LE(one.data.byteLength, entryAt.get(one)! + 4);
    bytes.set(one.data, dataAt.get(one)!);
  }
  return bytes;
}

function groupBy(resources: readonly Resource[], idOf: (one: Resource) => number) {
  const groups: { id: number; resources: Resource[] }[] = [];
  for (const one of resources) {
    const last = groups.at(-1);
    if (last?.id === idOf(one)) last.resources.push(one);
    else groups.push({ id: idOf(one), resources: [one] });
  }
  return groups;
}
