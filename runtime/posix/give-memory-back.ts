import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

// malloc.h of glibc
const [M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX] = [-1, -3, -8];
const [LARGE, ARENAS] = [132 << 10, 2];

/**
 * Asks glibc to give large pieces of memory back to the system as soon as they are free, and to keep few heaps: mallopt(3). By itself it keeps
 * what buffers of a megabyte had, once for each thread: a third of a backup's memory. The tables of a compressor, made for every block, are
 * below that: each would be a hundred page faults. Does nothing where that cannot be asked.
 */
export function tryGiveMemoryBack(): void {
  if (process.platform !== 'linux') return;
  try {
    const library = loadAddon('koffi.node') as typeof koffi; // the addon's exports are the module's; its version is pinned with the types
    const mallopt = library.load('libc.so.6').func('int mallopt(int parameter, int value)');
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_TRIM_THRESHOLD, 4 * LARGE);
    mallopt(M_ARENA_MAX, ARENAS);
  } catch {
    // no addon, or another libc: it costs memory, nothing else
  }
}
