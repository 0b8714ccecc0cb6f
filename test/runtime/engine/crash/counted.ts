/** The engine's seams with a count: something may happen before the n-th change of a disk or of the destination, or right after it. */
import type { Sink } from '../../../../runtime/engine/backup/uploads.ts';
import { type Disk, systemDisk } from '../../../../runtime/engine/disk/disk.ts';

export interface Counted {
  disk: Disk;
  sink: Sink;
  /** Points passed so far. */
  count(): number;
}

/** @param reach called at every point with its number, from 1. */
export function countPoints(sink: Sink, reach: (point: number) => void): Counted {
  let points = 0;
  const around = <Parameters extends unknown[], Result>(call: (...given: Parameters) => Result) => {
    return (...given: Parameters): Result => {
      reach(++points);
      const result = call(...given);
      if (result instanceof Promise) {
        // The promise that is given back is the same kind of promise.
        return result.then((value) => {
          reach(++points);
          return value;
        }) as Result;
      }
      reach(++points);
      return result;
    };
  };
  const { create, append, sync, close, rename, remove, makeFolder } = systemDisk;
  return {
    count: () => points,
    disk: {
      create: around(create),
      append: around(append),
      sync: around(sync),
      close: around(close),
      rename: around(rename),
      remove: around(remove),
      makeFolder: around(makeFolder),
    },
    sink: { put: around(sink.put), delete: around(sink.delete) },
  };
}
