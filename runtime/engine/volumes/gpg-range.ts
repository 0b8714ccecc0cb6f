/** A volume encrypted by GnuPG (`gpg --symmetric`; RFC 9580). */
import { spawn } from 'node:child_process';
import { type ByteRange, memoryRange } from './byte-range.ts';
import {
  decryptionArguments,
  type GpgOptions,
  gpgEnvironment,
  gpgNotStarted,
  lastLine,
  passphraseLine,
} from './gpg-call.ts';
import { damaged, VolumeError } from './volume-error.ts';

/** Longest time without a byte from it, in milliseconds. */
const PATIENCE = 120_000;
const LARGEST_COMPLAINT = 4096;

/**
 * The plain bytes of an encrypted file, all in memory: gpg gives them once, from the first to the last, and none may lie on a disk. The passphrase goes
 * through its standard input.
 * @throws VolumeError
 */
export async function openGpgRange(file: string, password: string, options: GpgOptions): Promise<ByteRange> {
  const line = passphraseLine(password);
  const { program } = options;
  const child = spawn(program, decryptionArguments(options, file), {
    stdio: 'pipe',
    windowsHide: true,
    env: gpgEnvironment(),
  });
  const parts: Buffer[] = [];
  let complaint = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.stdout.on('data', (part: Buffer) => {
    parts.push(part);
    timer.refresh();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-LARGEST_COMPLAINT);
  });
  // It may end before it has read all: then its exit code says more than a broken pipe.
  child.stdin.on('error', () => {}).end(line);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(gpgNotStarted(program, error.message, error)));
    child.on('close', resolve);
  }).finally(() => clearTimeout(timer));
  if (code === 0) return memoryRange(Buffer.concat(parts));
  if (/bad session key|bad passphrase|decryption failed: bad/i.test(complaint)) {
    throw new VolumeError('password', 'the passphrase is wrong');
  }
  throw damaged(`gpg could not decrypt it: ${lastLine(complaint, code)}`);
}
