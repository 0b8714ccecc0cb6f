import type { Format } from '../../build/model/format.ts';
import { readRpm } from './read.ts';
import { RPM_ARCHES, rpmFileName, writeRpm } from './write.ts';

/** RPM packages of format version 4, for rpm 4.14 to 6.1. */
export const rpm = {
  name: 'rpm',
  arches: RPM_ARCHES,
  compressions: [
    { method: 'xz', level: 5 },
    { method: 'zstd', level: 19 },
    { method: 'gzip', level: 9 },
  ],
  fileName: rpmFileName,
  write: writeRpm,
  read: readRpm,
} as const satisfies Format;
