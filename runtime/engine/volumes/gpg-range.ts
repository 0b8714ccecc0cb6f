/** A volume encrypted by GnuPG (`gpg --symmetric`; RFC 9580). */
import { spawn } from 'node:child_process';
import { type ByteRange, memoryRange } from './byte-range.ts';
import { damaged, VolumeError } from './volume-error.ts';

/** How gpg is called. */
export interface GpgOptions {
  /** Its path, or a name on PATH. */
  program: string;
  /** Switches in place of `--decrypt`, as a person gave them. */
  switches?: readonly string[];
}

/** Longest time without a byte from it, in milliseconds. */
const PATIENCE = 120_000;
const LARGEST_COMPLAINT = 4096;

/**
 * The plain bytes of an encrypted file, all in memory: gpg gives them once, from the first to the last, and none may lie on a disk. The passphrase goes
 * through its standard input.
 * @throws VolumeError
 */
export async function openGpgRange(
  file: string,
  password: string,
  { program, switches }: GpgOptions,
): Promise<ByteRange> {
  const args = [
    '--batch',
    '--no-tty',
    '--pinentry-mode',
    'loopback',
    '--passphrase-fd',
    '0',
    ...(switches ?? ['--decrypt']),
  ];
  const child = spawn(program, [...args, '--', file], { stdio: 'pipe', windowsHide: true });
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
  child.stdin.on('error', () => {}).end(`${password}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(program, error)));
    child.on('close', resolve);
  }).finally(() => clearTimeout(timer));
  if (code === 0) return memoryRange(Buffer.concat(parts));
  if (/bad session key|bad passphrase|decryption failed: bad/i.test(complaint)) {
    throw new VolumeError('password', 'the passphrase is wrong');
  }
  throw damaged(`gpg could not decrypt it: ${complaint.trim().split('\n').at(-1) || `it ended with code ${code}`}`);
}

function notStarted(program: string, error: Error): VolumeError {
  return new VolumeError(
    'refused',
    `${program} cannot be run (${error.message}); install GnuPG or set --gpg-program-path`,
    error,
  );
}
