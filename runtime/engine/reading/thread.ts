/** One of the threads that read. The program's own thread loads this file only to learn where it is: in a bundle its name is another. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import type { Ask, Reply } from './jobs.ts';
import { type BlockForm, packBlocks, readParts } from './read-parts.ts';

/** What a thread is started with. */
export interface ThreadData {
  kind: 'reading';
  slabs: SharedArrayBuffer[];
  form: BlockForm;
}

export const threadFile = import.meta.url;

function answer(ask: Ask, slabs: readonly Buffer[], form: BlockForm): Reply {
  try {
    if ('read' in ask) return { id: ask.id, read: readParts(slabs[ask.read.slab]!, ask.read, form) };
    return { id: ask.id, packed: packBlocks(slabs[ask.slab]!, ask.pack, form) };
  } catch (thrown) {
    return { id: ask.id, failure: messageOf(thrown) };
  }
}

const port = parentPort;
// Started by us with what is declared above, or not at all for this.
const data = workerData as ThreadData | null | undefined;
if (port && data?.kind === 'reading') {
  const slabs = data.slabs.map((slab) => Buffer.from(slab));
  port.on('message', (ask: Ask) => port.postMessage(answer(ask, slabs, data.form)));
}
