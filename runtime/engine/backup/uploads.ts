/** Volumes on their way to the destination, some at once, while the next ones are written. */
import type { LocalDatabase } from '../local-database/local-database.ts';

/** What the engine needs of a destination to write to it; `runtime/storage` has them. */
export interface Sink {
  /** Whole or not at all, where the destination can do that. */
  put(name: string, file: string, signal: AbortSignal): Promise<void>;
  delete(name: string, signal: AbortSignal): Promise<void>;
  /** Bytes of the whole and of what is free, where the destination tells. */
  quota?(signal: AbortSignal): Promise<{ total: number; free: number } | undefined>;
}

/** A file that is ready, and what is uploaded right after it. */
export interface Ready {
  /** Row of the volume. Its state is `uploading` before this is called, in a transaction that is over. */
  id: number;
  name: string;
  file: string;
}

export interface Uploads {
  /** Uploads these one after the other. Resolves when there is room for more, not when they are there. @throws what an earlier upload failed with */
  add(files: readonly Ready[]): Promise<void>;
  /** When all are there. @throws what one of them failed with */
  done(): Promise<void>;
  readonly bytes: number;
}

/** @param most uploads at once, `--asynchronous-upload-limit`. */
export function startUploads(
  database: LocalDatabase,
  sink: Sink,
  { most, signal, remove }: { most: number; signal: AbortSignal; remove(file: string): void },
): Uploads {
  const uploaded = database.prepare("UPDATE volume SET state = 'uploaded' WHERE id = ? AND state = 'uploading'");
  const size = database.prepare('SELECT size FROM volume WHERE id = ?');
  const running = new Set<Promise<void>>();
  let failure: { thrown: unknown } | undefined;
  let bytes = 0;

  async function upload(files: readonly Ready[]): Promise<void> {
    for (const { id, name, file } of files) {
      if (failure) return;
      await sink.put(name, file, signal);
      uploaded.run(id);
      bytes += Number(size.get(id)?.size);
      remove(file);
    }
  }
  const throwFailure = () => {
    if (failure) throw failure.thrown;
  };
  return {
    get bytes() {
      return bytes;
    },
    async add(files) {
      throwFailure();
      const one = upload(files)
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => running.delete(one));
      running.add(one);
      while (running.size >= most) await Promise.race(running);
      throwFailure();
    },
    async done() {
      await Promise.all(running);
      throwFailure();
    },
  };
}
