import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** The foreign function interface, without its JavaScript part: that only finds the addon and adds deprecated names. */
type Koffi = typeof koffi;

/** The DLLs that are called, and what every call needs. All structures are bytes at named offsets; pointers are bigints. */
export interface Library {
  koffi: Koffi;
  advapi32: ReturnType<Koffi['load']>;
  kernel32: ReturnType<Koffi['load']>;
  /** @throws WindowsError of the last error when `ok` is 0. */
  check(call: string, ok: number | bigint): void;
  lastError(): number;
}

/** A call of Windows that failed, with the system's number for why (winerror.h). */
export class WindowsError extends Error {
  readonly number: number;

  constructor(call: string, number: number) {
    super(`${call} failed: ${MEANINGS[number] ?? 'Windows'} (error ${number})`);
    this.name = 'WindowsError';
    this.number = number;
  }
}

/** winerror.h */
export const ERROR = {
  FILE_NOT_FOUND: 2,
  ACCESS_DENIED: 5,
  INVALID_LEVEL: 124,
  ALREADY_EXISTS: 183,
  MORE_DATA: 234,
  NO_MORE_ITEMS: 259,
  SERVICE_DOES_NOT_EXIST: 1060,
  SERVICE_NOT_ACTIVE: 1062,
  SERVICE_SPECIFIC_ERROR: 1066,
  SERVICE_MARKED_FOR_DELETE: 1072,
  SERVICE_EXISTS: 1073,
} as const;

const MEANINGS: Readonly<Record<number, string>> = {
  2: 'it is not there',
  3: 'the path is not there',
  5: 'access denied',
  32: 'another program has it open',
  183: 'it exists already',
  1053: 'the service did not answer in time',
  1056: 'it runs already',
  1058: 'the service is disabled',
  1060: 'there is no such service',
  1069: 'the account of the service cannot sign in',
  1072: 'the service is about to be deleted; close the programs that show services',
  1073: 'the service exists already',
};

/** @throws Error with a one-line reason when the addon cannot be loaded, or on another system than Windows. */
export function loadLibrary(): Library {
  if (process.platform !== 'win32') throw new Error(`no Windows edge for ${process.platform}`);
  const koffi = loadAddon('koffi.node') as Koffi; // the addon's exports are the module's; its version is pinned with the types
  // Both are in memory already and are among the names that Windows loads from System32 alone (KnownDLLs).
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  // koffi keeps the value of the calling thread from one call to the next.
  const lastError: () => number = kernel32.func('uint32_t __stdcall GetLastError()');
  const check = (call: string, ok: number | bigint) => {
    if (!ok) throw new WindowsError(call, lastError());
  };
  return { koffi, advapi32, kernel32, lastError, check };
}
