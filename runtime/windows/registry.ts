import { ERROR, type Library, WindowsError } from './library.ts';

/** A value of the registry: text, text with `%NAME%` in it, or a number of 32 bits. */
export type RegistryValue = string | { expand: string } | number;

/** Keys below HKEY_LOCAL_MACHINE, with `\` between their names. */
export interface Registry {
  /** Text values of a key by name; empty when there is no such key. Variables in them are left as they are. @throws WindowsError. */
  readTexts(key: string): Record<string, string>;
  /** Makes the key and sets the values. @throws WindowsError. */
  write(key: string, values: Readonly<Record<string, RegistryValue>>): void;
  /** Removes a key with everything below it, if it is there. @throws WindowsError. */
  remove(key: string): void;
}

const HKEY_LOCAL_MACHINE = -2147483646; // 0x80000002, with its sign (winreg.h)
const KEY_READ = 0x20019;
const KEY_SET_VALUE = 0x2;
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
/** Longest name of a value, and the longest text that is read, in characters. */
const LONGEST_NAME = 16_383;
const LONGEST_TEXT = 32_767;
const MOST_VALUES = 1000;

export function openRegistry({ advapi32 }: Library): Registry {
  const RegOpenKeyExW = advapi32.func(
    'int32_t __stdcall RegOpenKeyExW(intptr_t root, str16 key, uint32_t options, uint32_t access, void *opened)',
  );
  const RegCreateKeyExW = advapi32.func(
    'int32_t __stdcall RegCreateKeyExW(intptr_t root, str16 key, uint32_t reserved, void *kind, uint32_t options, uint32_t access, void *security, void *opened, void *disposition)',
  );
  const RegEnumValueW = advapi32.func(
    'int32_t __stdcall RegEnumValueW(intptr_t key, uint32_t index, void *name, void *nameLength, void *reserved, void *type, void *data, void *size)',
  );
  const RegSetValueExW = advapi32.func(
    'int32_t __stdcall RegSetValueExW(intptr_t key, str16 name, uint32_t reserved, uint32_t type, void *data, uint32_t size)',
  );
  const RegDeleteTreeW = advapi32.func('int32_t __stdcall RegDeleteTreeW(intptr_t key, str16 below)');
  const RegCloseKey = advapi32.func('int32_t __stdcall RegCloseKey(intptr_t key)');

  const succeed = (call: string, result: number) => {
    if (result !== 0) throw new WindowsError(call, result);
  };
  const withKey = <T>(opened: Buffer, use: (key: bigint) => T): T => {
    const key = opened.readBigInt64LE();
    try {
      return use(key);
    } finally {
      RegCloseKey(key);
    }
  };

  const readValues = (key: bigint): Record<string, string> => {
    const texts: Record<string, string> = {};
    const name = Buffer.alloc(2 * (LONGEST_NAME + 1));
    const data = Buffer.alloc(2 * LONGEST_TEXT);
    for (let index = 0; index < MOST_VALUES; index++) {
      const sizes = Buffer.alloc(12); // length of the name, type, size of the data
      sizes.writeUInt32LE(LONGEST_NAME + 1, 0);
      sizes.writeUInt32LE(data.length, 8);
      const result = RegEnumValueW(key, index, name, sizes, null, sizes.subarray(4), data, sizes.subarray(8));
      if (result === ERROR.NO_MORE_ITEMS) break;
      if (result === ERROR.MORE_DATA) continue; // longer than any variable may be
      succeed('RegEnumValueW', result);
      const type = sizes.readUInt32LE(4);
      if (type !== REG_SZ && type !== REG_EXPAND_SZ) continue;
      const text = data.toString('utf16le', 0, sizes.readUInt32LE(8) & ~1);
      texts[name.toString('utf16le', 0, 2 * sizes.readUInt32LE(0))] = text.split('\0', 1)[0] ?? '';
    }
    return texts;
  };

  return {
    readTexts(key) {
      const opened = Buffer.alloc(8);
      const result = RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ, opened);
      if (result === ERROR.FILE_NOT_FOUND) return {};
      succeed('RegOpenKeyExW', result);
      return withKey(opened, readValues);
    },
    write(key, values) {
      const opened = Buffer.alloc(8);
      const result = RegCreateKeyExW(HKEY_LOCAL_MACHINE, key, 0, null, 0, KEY_SET_VALUE, null, opened, null);
      succeed('RegCreateKeyExW', result);
      withKey(opened, (handle) => {
        for (const [name, value] of Object.entries(values)) {
          const { type, data } = encodeValue(value);
          succeed('RegSetValueExW', RegSetValueExW(handle, name, 0, type, data, data.length));
        }
      });
    },
    remove(key) {
      const result = RegDeleteTreeW(HKEY_LOCAL_MACHINE, key);
      if (result !== ERROR.FILE_NOT_FOUND) succeed('RegDeleteTreeW', result);
    },
  };
}

function encodeValue(value: RegistryValue): { type: number; data: Buffer } {
  if (typeof value === 'number') {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(value);
    return { type: REG_DWORD, data };
  }
  const [type, text] = typeof value === 'string' ? [REG_SZ, value] : [REG_EXPAND_SZ, value.expand];
  return { type, data: Buffer.from(`${text}\0`, 'utf16le') };
}
