import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from '../case.ts';
import { tryCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { expect, expectSame } from '../subject.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** Output disks that fail in ways only a real mount can: one clear error, exit code 1, and nothing half-written. */
export const DISK_CASES: readonly Case[] = [
  {
    name: 'build/full-disk',
    roots: [],
    run: (log) => runOnDisk('-t tmpfs -o size=4m tmpfs', /no space|ENOSPC|full/i, log),
  },
  { name: 'build/read-only-disk', roots: [], run: (log) => runOnDisk('-t tmpfs -o ro tmpfs', /read-only|EROFS/i, log) },
];

async function runOnDisk(mount: string, word: RegExp, log: Log): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-disk-'));
  try {
    await cp(join(REPOSITORY, 'test/fixtures/tiny-product'), join(folder, 'project'), { recursive: true });
    // The mount lives in a namespace of its own and is listed from there.
    const script = `mkdir out; mount ${mount} out; code=0; "$@" || code=$?; echo "exit $code"; ls -A out | sed 's/^/left: /'`;
    const build = [
      process.execPath,
      join(REPOSITORY, 'build/cli.ts'),
      '-C',
      join(folder, 'project'),
      'build',
      'linux-x64-*.deb',
    ];
    const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-uc', script, 'sh', ...build];
    const { stdout, stderr } = await tryCommand(
      log,
      [...argv, '--compression', 'gzip:1', '--out', join(folder, 'out')],
      {
        cwd: folder,
        timeout: 300,
      },
    );
    expect(/^exit 1$/m.test(stdout), `wanted exit 1: ${stdout.slice(-300)}`);
    expectSame(/^left: .*$/m.exec(stdout)?.[0] ?? '', '', 'files in the output folder');
    expect(word.test(stderr), `no word about the disk: ${stderr.slice(-600)}`);
    expect(!/^\s+at .*:\d+:\d+/m.test(stderr), `a stack trace instead of one clear error: ${stderr.slice(-600)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
