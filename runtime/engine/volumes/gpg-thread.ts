/**
 * The thread that has gpg: volumes are written in one go, without a pause in which a pipe could be read. The program's own thread loads
 * this file only to learn where it is: in a bundle its name is another.
 */
import { spawn } from 'node:child_process';
import { type MessagePort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';

/** What the thread is started with. */
export interface GpgThreadData {
  kind: 'gpg';
  port: MessagePort;
  /** [0] counts what was said to the other side, [1] bytes that gpg took. */
  signs: SharedArrayBuffer;
  program: string;
  args: string[];
  env: Record<string, string>;
}

/** To the thread: bytes, the end of them, or that nothing of it is wanted. */
export type GpgAsk = Uint8Array | 'end' | 'stop';
/** From it. */
export type GpgReply = Uint8Array | { code: number | null; complaint: string } | { notStarted: string };

export const gpgThreadFile = import.meta.url;

const LARGEST_COMPLAINT = 4096;
// Started by us with what is declared above, or not at all for this.
const data = workerData as GpgThreadData | null | undefined;
if (data?.kind === 'gpg') serve(data);

function serve({ port, signs, program, args, env }: GpgThreadData): void {
  const counters = new Int32Array(signs);
  const tell = (reply: GpgReply) => {
    port.postMessage(reply);
    Atomics.add(counters, 0, 1);
    Atomics.notify(counters, 0);
  };
  const child = spawn(program, args, { stdio: 'pipe', windowsHide: true, env });
  let complaint = '';
  child.stdout.on('data', (part: Buffer) => tell(new Uint8Array(part)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-LARGEST_COMPLAINT);
  });
  child.stdin.on('error', () => {});
  child.on('error', (thrown) => {
    tell({ notStarted: messageOf(thrown) });
    port.close();
  });
  child.on('close', (code) => {
    tell({ code, complaint });
    port.close();
  });
  port.on('message', (ask: GpgAsk) => {
    if (ask === 'stop') child.kill('SIGKILL');
    else if (ask === 'end') child.stdin.end();
    else
      child.stdin.write(ask, () => {
        Atomics.add(counters, 1, ask.byteLength);
        Atomics.add(counters, 0, 1);
        Atomics.notify(counters, 0);
      });
  });
}
