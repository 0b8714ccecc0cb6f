/** The pictures of an .ico file as resources (Win32 `GRPICONDIR`): one of RT_ICON each, and one of RT_GROUP_ICON that lists them. */
import { PackwrightError } from '../model/errors.ts';
import { LANGUAGE, type Resource } from './resource-tree.ts';

/** @throws PackwrightError when it is not a sound .ico file with at least one picture. */
export function iconResources(ico: Uint8Array, where = 'icon'): Resource[] {
  const bytes = Buffer.from(ico.buffer, ico.byteOffset, ico.byteLength);
  const bad = (what: string) => new PackwrightError(where, `not a sound .ico file: ${what}`, 'export it again');
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== 0x10000) throw bad('it does not begin as one');
  const count = bytes.readUInt16LE(4);
  if (count === 0 || count > 64) throw bad(`it has ${count} pictures`);
  if (bytes.length < 6 + count * 16) throw bad('its list of pictures is cut off');
  const group = Buffer.alloc(6 + count * 14);
  bytes.copy(group, 0, 0, 6);
  const resources: Resource[] = [];
  for (let i = 0; i < count; i++) {
    const entry = bytes.subarray(6 + i * 16, 22 + i * 16);
    const size = entry.readUInt32LE(8);
    const offset = entry.readUInt32LE(12);
    if (offset + size > bytes.length) throw bad(`picture ${i + 1} lies outside the file`);
    // The same 12 bytes; instead of an offset the number of the picture's own resource.
    entry.copy(group, 6 + i * 14, 0, 12);
    group.writeUInt16LE(i + 1, 6 + i * 14 + 12);
    resources.push({ type: 3, name: i + 1, language: LANGUAGE, data: bytes.subarray(offset, offset + size) });
  }
  return [...resources, { type: 14, name: 1, language: LANGUAGE, data: group }];
}
