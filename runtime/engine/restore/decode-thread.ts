/** The thread that decodes blocks. The program's own thread loads this file only to learn where it is: in a bundle its name is another. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import { type OpenOrder, openBrought } from '../remote/remote.ts';
import type { Volume } from '../volumes/open-volume.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { type BlockAsks, type BlockForm, type Complaint, decodeBlocks } from './decode-blocks.ts';

/** What the thread is started with. */
export interface DecodeThreadData {
  kind: 'decoding';
  slabs: SharedArrayBuffer[];
  form: BlockForm;
}

export type DecodeAsk = { open: { file: string; order: OpenOrder } } | { slab: number; blocks: BlockAsks };
/** `refused`: the volume cannot be used. `failure`: a defect, or this machine's. */
export type DecodeReply = { refused: Complaint } | { complaints: Complaint[] } | { failure: string };

export const decodeThreadFile = import.meta.url;

let volume: Volume | undefined;

async function answer(ask: DecodeAsk, slabs: readonly Buffer[], form: BlockForm): Promise<DecodeReply> {
  try {
    if ('open' in ask) {
      volume?.close();
      volume = undefined;
      volume = await openBrought(ask.open.file, ask.open.order);
      return { refused: null };
    }
    if (!volume) throw new Error('no volume is open');
    return { complaints: decodeBlocks(volume, slabs[ask.slab]!, ask.blocks, form) };
  } catch (thrown) {
    return thrown instanceof VolumeError ? { refused: thrown.message } : { failure: messageOf(thrown) };
  }
}

const port = parentPort;
// Started by us with what is declared above, or not at all for this.
const data = workerData as DecodeThreadData | null | undefined;
if (port && data?.kind === 'decoding') {
  const slabs = data.slabs.map((slab) => Buffer.from(slab));
  // One is asked at a time.
  port.on('message', async (ask: DecodeAsk) => port.postMessage(await answer(ask, slabs, data.form)));
}
