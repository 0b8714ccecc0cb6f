import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, waitUntil } from '../ask.ts';
import { type Case, step } from '../case.ts';
import { runCommand, startCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { findPackage, type PackageFormat } from '../packages.ts';
import { makeRoot } from '../roots.ts';
import { EDITIONS, type EditionName, expect, SUBJECTS } from '../subject.ts';

/** The programs for the other processor, unpacked by the format's own tool and run by an emulator against Debian's libraries. */
export const ARM64_CASES: readonly Case[] = (['deb', 'rpm'] as const).flatMap((format) =>
  EDITIONS.map(
    (edition, n): Case => ({
      name: `arm64/${format}/${edition}`,
      roots: ['arm64'],
      run: (log) => runArm64(format, edition, 18300 + n + (format === 'rpm' ? 10 : 0), log),
    }),
  ),
);

async function runArm64(format: PackageFormat, edition: EditionName, port: number, log: Log): Promise<string> {
  const { file } = await findPackage(format, edition, 'now', 'arm64');
  const subject = SUBJECTS[edition];
  const libraries = await makeRoot('arm64');
  const folder = await mkdtemp(join(tmpdir(), 'accept-arm64-'));
  try {
    const unpack = format === 'deb' ? 'dpkg-deb -x "$1" "$2"' : 'cd "$2"; rpm2cpio "$1" | cpio -idm --quiet';
    await runCommand(log, ['sh', '-euc', unpack, 'sh', file, folder]);
    // -L names where the emulated program finds its libraries; every other path is the host's.
    const program = (name: string) => ['qemu-aarch64-static', '-L', libraries, `${folder}${subject.home}/bin/${name}`];
    const env = { DUPLICATI_HOME: join(folder, 'state') };
    for (const name of subject.programs) {
      const version = await runCommand(log, [...program(name), '--version'], { env });
      expect(/\d+\.\d+/.test(version), `${name} --version says: ${version}`);
    }
    const info = await runCommand(log, [...program('duplicati-cli'), 'system-info'], { env });
    expect(/better-sqlite3/.test(info), `system-info does not name better-sqlite3: ${info}`);
    expect(/arm64|aarch64/.test(info), `system-info does not name the processor: ${info}`);
    if (edition !== 'agent')
      await step(log, 'a server answers', () => serve(program('duplicati-server'), folder, port, log));
    return '';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function serve(argv: readonly string[], folder: string, port: number, log: Log): Promise<void> {
  // A file system without links on the way: the data folder's parents must belong to root and be closed to others.
  const home = await mkdtemp('/var/lib/accept-arm64-');
  const command = [...argv, `--webservice-port=${port}`, `--server-datafolder=${home}`];
  const server = startCommand(log, command, { cwd: folder, timeout: 90 });
  try {
    await waitUntil(
      '/health under emulation',
      async () => (await ask(log, 0, { port, path: '/health' })).status === 200,
      60,
    );
    process.kill(-server.pid!, 'SIGTERM');
    const { exitCode, stdall } = await server;
    expect(exitCode === 0, `exit ${exitCode} after SIGTERM: ${stdall.slice(-400)}`);
  } finally {
    killGroup(server.pid!);
    await server;
    await rm(home, { recursive: true, force: true });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself, as it should.
  }
}
