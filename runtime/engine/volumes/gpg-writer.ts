/** Writing a volume through `gpg --symmetric` (RFC 9580), as one forward stream. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Encryptor } from './aes-writer.ts';
import {
  encryptionArguments,
  type GpgOptions,
  gpgEnvironment,
  gpgNotStarted,
  lastLine,
  passphraseLine,
} from './gpg-call.ts';
import type { GpgAsk, GpgReply, GpgThreadData } from './gpg-thread.ts';
import { VolumeError } from './volume-error.ts';

/** Most bytes that gpg has not taken yet. */
const AHEAD = 4 << 20;
/** Longest time without a sign from it, in milliseconds. */
const PATIENCE = 120_000;

/** @returns what begins a volume's encryption. @throws VolumeError for a passphrase that gpg cannot be given */
export async function openGpgWriter(passphrase: string, options: GpgOptions): Promise<() => Encryptor> {
  const line = Buffer.from(passphraseLine(passphrase));
  const { gpgThreadFile } = await import('./gpg-thread.ts');
  return () => encryptGpg(line, options, gpgThreadFile);
}

/** Each call waits for gpg no longer than its input is full; the last one waits for its end. */
function encryptGpg(line: Buffer, options: GpgOptions, threadFile: string): Encryptor {
  const { port1: port, port2 } = new MessageChannel();
  const signs = new SharedArrayBuffer(8);
  const counters = new Int32Array(signs);
  const workerData: GpgThreadData = {
    kind: 'gpg',
    port: port2,
    signs,
    program: options.program,
    args: encryptionArguments(options),
    env: gpgEnvironment(),
  };
  const worker = new Worker(new URL(threadFile), {
    workerData,
    transferList: [port2],
    env: {},
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
  });
  // A thread that cannot go on says nothing more: whoever waits for it notices.
  worker.on('error', () => {}).unref();
  port.unref();
  let [sent, isDone] = [0, false];
  let parts: Uint8Array[] = [];
  const say = (ask: GpgAsk) => port.postMessage(ask);
  const takeReplies = () => {
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
      const reply = got.message as GpgReply; // our own thread's
      if (reply instanceof Uint8Array) parts.push(reply);
      else isDone = requireSuccess(reply, options.program);
    }
  };
  const taken = () => {
    const all = Buffer.concat(parts);
    parts = [];
    return all;
  };
  /** Until something was said since `seen`. */
  const wait = (seen: number) => {
    if (Atomics.wait(counters, 0, seen, PATIENCE) !== 'timed-out') return;
    say('stop');
    throw new VolumeError('refused', `${options.program} has taken and given nothing for ${PATIENCE / 1000} seconds`);
  };
  const give = (bytes: Uint8Array) => {
    // Bytes of the caller's that may change: copied.
    say(new Uint8Array(bytes));
    sent = (sent + bytes.byteLength) | 0;
    for (;;) {
      const seen = Atomics.load(counters, 0);
      takeReplies();
      // Counted in 32 bits that go round, as the difference does.
      if (((sent - Atomics.load(counters, 1)) | 0) <= AHEAD || isDone) break;
      wait(seen);
    }
    return taken();
  };
  return {
    head: () => give(line),
    update: give,
    final() {
      say('end');
      while (!isDone) {
        const seen = Atomics.load(counters, 0);
        takeReplies();
        if (!isDone) wait(seen);
      }
      takeReplies();
      return taken();
    },
    discard: () => say('stop'),
  };
}

/** @throws VolumeError */
function requireSuccess(reply: Exclude<GpgReply, Uint8Array>, program: string): true {
  if ('notStarted' in reply) throw gpgNotStarted(program, reply.notStarted);
  if (reply.code === 0) return true;
  throw new VolumeError('refused', `gpg could not encrypt: ${lastLine(reply.complaint, reply.code)}`);
}
