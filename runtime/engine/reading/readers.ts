/** Threads that read, hash and compress, over memory that is there once and for all: so much is under way, and never more. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Ask, Packed, PackOrder, PartRead, ReadJob, Reply } from './jobs.ts';
import { type BlockForm, packBlocks, readParts } from './read-parts.ts';
import type { ThreadData } from './thread.ts';

export interface Readers {
  /** Bytes of a slab; a multiple of the size of blocks. */
  readonly slabSize: number;
  readonly slabs: readonly Buffer[];
  read(job: ReadJob): Promise<PartRead[]>;
  pack(slab: number, orders: readonly PackOrder[]): Promise<Packed[]>;
  /** Ends the threads; what is not done fails. */
  close(): Promise<void>;
}

const [SLAB, SLABS, FEWEST_SLABS] = [2 << 20, 10, 4];
/** Bytes, and parts, that one thread does by itself: less is done before others have begun. */
const [ALONE, PARTS_ALONE] = [4 << 20, 1000];
/** Threads beside the main one, which encrypts, writes and keeps the database meanwhile. */
const THREADS = 2;

/** @param threads most of them; 0 reads in the calling thread. Without a number as many as help. */
export function openReaders(form: BlockForm, threads?: number): Readers {
  const most = threads ?? (availableParallelism() > 1 ? THREADS : 0);
  const slabSize = Math.ceil(SLAB / form.blocksize) * form.blocksize;
  const count = Math.max(FEWEST_SLABS, Math.min(SLABS, Math.floor((SLAB * SLABS) / slabSize)));
  // What is never touched takes no memory.
  const shared = Array.from({ length: count }, () => new SharedArrayBuffer(slabSize));
  const slabs = shared.map((slab) => Buffer.from(slab));
  let [bytes, parts] = [0, 0];
  let team: Promise<Team> | undefined;
  /** The thread that has a slab's work: it has its bytes near. */
  const at = new Map<number, number>();

  return {
    slabSize,
    slabs,
    async read(job) {
      for (const { length } of job.parts) bytes += length;
      parts += job.parts.length;
      if (most === 0 || (!team && threads === undefined && bytes < ALONE && parts < PARTS_ALONE))
        return readParts(slabs[job.slab]!, job, form);
      team ??= startTeam({ kind: 'reading', slabs: shared, form }, most);
      const { ask, choose } = await team;
      const thread = choose();
      at.set(job.slab, thread);
      const reply = await ask(thread, { id: 0, read: job });
      if ('read' in reply) return reply.read;
      throw new Error('a reading thread answered something else');
    },
    async pack(slab, orders) {
      const thread = at.get(slab);
      if (!team || thread === undefined) return packBlocks(slabs[slab]!, orders, form);
      const reply = await (await team).ask(thread, { id: 0, slab, pack: orders });
      at.delete(slab);
      if ('packed' in reply) return reply.packed;
      throw new Error('a reading thread answered something else');
    },
    close: async () => (await team)?.close(),
  };
}

interface Team {
  /** The thread with the least to do. */
  choose(): number;
  ask(thread: number, ask: Ask): Promise<Reply>;
  close(): Promise<void>;
}

async function startTeam(workerData: ThreadData, count: number): Promise<Team> {
  const { threadFile } = await import('./thread.ts');
  const waiting = new Map<number, { thread: number; resolve(reply: Reply): void; reject(cause: Error): void }>();
  let failure: Error | undefined;
  const fail = (cause: Error) => {
    failure ??= cause;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const workers = Array.from({ length: count }, () => {
    // Threads need nothing of our environment, and little besides the shared memory.
    const worker = new Worker(new URL(threadFile), {
      workerData,
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
    });
    worker.on('message', (reply: Reply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('failure' in reply) asked?.reject(new Error(reply.failure));
      else asked?.resolve(reply);
    });
    worker.on('error', (cause) => fail(cause instanceof Error ? cause : new Error(String(cause))));
    worker.on('exit', () => fail(new Error('a reading thread ended before its work')));
    return worker;
  });
  const load = new Array<number>(count).fill(0);
  let last = 0;
  return {
    choose: () => load.indexOf(Math.min(...load)),
    async ask(thread, ask) {
      if (failure) throw failure;
      const id = ++last;
      load[thread]!++;
      try {
        return await new Promise<Reply>((resolve, reject) => {
          waiting.set(id, { thread, resolve, reject });
          workers[thread]!.postMessage({ ...ask, id });
        });
      } finally {
        load[thread]!--;
      }
    },
    async close() {
      failure ??= new Error('the reading threads were ended');
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
