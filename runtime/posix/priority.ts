import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** ioprio_set(2), the number of the call by processor. */
const IOPRIO_SET: Readonly<Record<string, number>> = { x64: 251, arm64: 30 };
const [WHO_PROCESS, CLASS_IDLE, CLASS_SHIFT] = [1, 3, 13];

/** Sets how nice this process is, -20 to 19, all of its threads: on Linux each has its own. @throws Error of node:os */
export function setOwnPriority(nice: number): void {
  for (const thread of listThreads()) setPriority(thread, nice);
}

/** Lets this process read and write only while nobody else does. @throws Error where that cannot be asked for */
export function setIdleIo(): void {
  const call = IOPRIO_SET[process.arch];
  if (process.platform !== 'linux' || call === undefined) throw new Error(`${process.platform} has no such priority`);
  const library = loadAddon('koffi.node') as typeof koffi; // the addon's exports are the module's; its version is pinned with the types
  const syscall = library.load('libc.so.6').func('long syscall(long number, int which, int who, int priority)');
  for (const thread of listThreads())
    if (syscall(call, WHO_PROCESS, thread, CLASS_IDLE << CLASS_SHIFT) !== 0)
      throw new Error(`ioprio_set failed with errno ${library.errno()}`);
}

function listThreads(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0];
}
