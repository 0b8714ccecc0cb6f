import type { WorkControl } from '../jobs/run-job.ts';
import type { StorageWatch, WatchedAction } from '../storage/watched-storage.ts';

/** What a job had to do with its destination. Sizes in bytes. */
export interface Traffic {
  calls: number;
  uploaded: { files: number; bytes: number };
  downloaded: { files: number; bytes: number };
  deleted: number;
  folders: number;
  /** What goes on, while something does. */
  current: { action: WatchedAction; name: string; size: number; began: number } | undefined;
  watch: StorageWatch;
}

/** Counts what is done at the destination, keeps the log of it, and lets the next call wait while the server is paused. */
export function watchTraffic({ note, watchPause }: WorkControl, now = Date.now): Traffic {
  let whenResumed: Promise<void> | undefined;
  let resume = () => {};
  watchPause((isPaused) => {
    resume();
    const next = isPaused ? Promise.withResolvers<void>() : undefined;
    whenResumed = next?.promise;
    resume = () => next?.resolve();
  });
  const traffic: Traffic = {
    calls: 0,
    uploaded: { files: 0, bytes: 0 },
    downloaded: { files: 0, bytes: 0 },
    deleted: 0,
    folders: 0,
    current: undefined,
    watch: {
      async begin(action, name, size) {
        while (whenResumed) await whenResumed;
        traffic.calls += 1;
        traffic.current = { action, name, size, began: now() };
      },
      end(action, name, size) {
        if (traffic.current?.name === name) traffic.current = undefined;
        const moved = action === 'put' ? traffic.uploaded : action === 'get' ? traffic.downloaded : undefined;
        if (moved) {
          moved.files += 1;
          moved.bytes += size;
        }
        if (action === 'delete') traffic.deleted += 1;
        if (action === 'createfolder') traffic.folders += 1;
        note({
          operation: action,
          path: name,
          data: JSON.stringify(action === 'list' ? { Files: size } : { Size: size }),
        });
      },
    },
  };
  return traffic;
}
