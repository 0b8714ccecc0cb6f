/** Volumes are decoded ahead of what writes files: by a thread where that is worth it, over memory that is there once and for all. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type OpenOrder, openBrought } from '../remote/remote.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { type BlockAsks, type BlockForm, type Complaint, decodeBlocks } from './decode-blocks.ts';
import type { DecodeAsk, DecodeReply, DecodeThreadData } from './decode-thread.ts';

export interface Decoder {
  /** One is filled while another is written. */
  readonly slabs: readonly Buffer[];
  /** Opens a volume that lies here, in place of the one before. */
  open(file: string, order: OpenOrder): Promise<Complaint>;
  /** Blocks of it, one behind the other; what they take together fits into a slab. */
  read(slab: number, blocks: BlockAsks): Promise<Complaint[]>;
  close(): Promise<void>;
}

const [SLAB, SLABS] = [2 << 20, 2];
/** Bytes that are decoded before a thread would have begun. */
const ALONE = 8 << 20;

/** @param bytes that will be decoded. @param isByItself true where decoding is another program's work, which needs this process's environment. */
export async function openDecoder(form: BlockForm, bytes: number, isByItself: boolean): Promise<Decoder> {
  const size = Math.max(SLAB, form.blocksize);
  const shared = Array.from({ length: SLABS }, () => new SharedArrayBuffer(size));
  const slabs = shared.map((slab) => Buffer.from(slab));
  const isAlone = isByItself || bytes < ALONE || availableParallelism() < 2;
  return isAlone ? decodeHere(slabs, form) : await startThread(slabs, { kind: 'decoding', slabs: shared, form });
}

function decodeHere(slabs: readonly Buffer[], form: BlockForm): Decoder {
  let volume: Volume | undefined;
  return {
    slabs,
    async open(file, order) {
      volume?.close();
      volume = undefined;
      try {
        volume = await openBrought(file, order);
        return null;
      } catch (thrown) {
        if (thrown instanceof VolumeError) return thrown.message;
        throw thrown;
      }
    },
    async read(slab, blocks) {
      if (!volume) throw new Error('no volume is open');
      return decodeBlocks(volume, slabs[slab]!, blocks, form);
    },
    async close() {
      volume?.close();
    },
  };
}

async function startThread(slabs: readonly Buffer[], workerData: DecodeThreadData): Promise<Decoder> {
  const { decodeThreadFile } = await import('./decode-thread.ts');
  // It needs nothing of our environment, and little besides the shared memory and a volume's directory.
  const worker = new Worker(new URL(decodeThreadFile), {
    workerData,
    env: {},
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 },
  });
  let waiting: { resolve(reply: DecodeReply): void; reject(cause: Error): void } | undefined;
  let failure: Error | undefined;
  const fail = (cause: Error) => {
    failure ??= cause;
    waiting?.reject(failure);
  };
  worker.on('message', (reply: DecodeReply) => waiting?.resolve(reply));
  worker.on('error', (cause) => fail(cause instanceof Error ? cause : new Error(String(cause))));
  worker.on('exit', () => fail(new Error('the decoding thread ended before its work')));
  async function ask(question: DecodeAsk): Promise<DecodeReply> {
    if (failure) throw failure;
    const reply = await new Promise<DecodeReply>((resolve, reject) => {
      waiting = { resolve, reject };
      worker.postMessage(question);
    });
    if ('failure' in reply) throw new Error(reply.failure);
    return reply;
  }
  return {
    slabs,
    async open(file, order) {
      const reply = await ask({ open: { file, order } });
      if ('refused' in reply) return reply.refused;
      throw new Error('the decoding thread answered something else');
    },
    async read(slab, blocks) {
      const reply = await ask({ slab, blocks });
      if ('complaints' in reply) return reply.complaints;
      throw new Error('the decoding thread answered something else');
    },
    async close() {
      failure ??= new Error('the decoding thread was ended');
      await worker.terminate();
    },
  };
}
