import { auditPermissions } from './audit.ts';
import { type Box, type BoxCommand, type BoxOptions, startBox } from './box.ts';
import { step } from './case.ts';
import { INSTALLERS, type Installer } from './installer.ts';
import type { Log } from './log.ts';
import { findLightPackage, type PackageFile, showLightPackages } from './packages.ts';
import type { RootName } from './roots.ts';
import { expectServing, isActive } from './service.ts';
import { type EditionName, expect, SUBJECTS, type Subject } from './subject.ts';

/** One edition's packages before a box: everything a situation of the matrix plays with. */
export interface Stage {
  box: Box;
  /** False where no systemd runs. */
  booted: boolean;
  installer: Installer;
  subject: Subject;
  root: RootName;
  now: PackageFile;
  next: PackageFile;
  log: Log;
}

export async function openStage(
  root: RootName,
  edition: EditionName,
  log: Log,
  options: BoxOptions = {},
): Promise<Stage> {
  const format = root === 'rpm' ? 'rpm' : 'deb';
  const [now, next] = await Promise.all([
    findLightPackage(format, edition, 'now', log),
    findLightPackage(format, edition, 'next', log),
  ]);
  const box = await startBox(root, log, { ...options, binds: { ...showLightPackages(), ...options.binds } });
  const installer = INSTALLERS[format === 'rpm' ? 'rpm' : 'dpkg'];
  return { box, booted: options.boot ?? true, installer, subject: SUBJECTS[edition], root, now, next, log };
}

/** Installs a generation and fails unless that worked without a question. */
export async function install(stage: Stage, what: 'now' | 'next' = 'now', how?: BoxCommand): Promise<void> {
  await step(stage.log, `install ${what}`, async () => {
    const { code, text } = await stage.installer.install(stage.box, [stage[what].inside], how);
    expect(code === 0, `exit ${code}: ${text.slice(-1200)}`);
  });
}

/** The same, and the service runs as if the administrator had wanted it from the start. */
export async function installRunning(stage: Stage, what: 'now' | 'next' = 'now', how?: BoxCommand): Promise<void> {
  await install(stage, what, how);
  if (stage.booted && stage.subject.starts === 'asked')
    await stage.box.run(['systemctl', 'enable', '--now', stage.subject.unit]);
  await expectHealthy(stage);
}

/** The package is whole: installed, its programs run, its service serves, nobody else may touch it. */
export async function expectHealthy(stage: Stage): Promise<void> {
  const { box, installer, subject, log } = stage;
  await step(log, 'healthy', async () => {
    const version = await installer.installedVersion(box, subject.package);
    expect(version !== '', `${subject.package} is not installed in full`);
    await box.run(['duplicati-cli', '--version']);
    if (stage.booted) await expectServing(box, subject, log);
    const wrong = await auditPermissions(box, installer, subject, log);
    expect(wrong.length === 0, wrong.join('\n'));
  });
}

export async function expectInactive(stage: Stage): Promise<void> {
  expect(!(await isActive(stage.box, stage.subject)), `${stage.subject.unit} runs`);
}

/** Everything gone that may go: purge where there is one. */
export async function clearAway(stage: Stage, how?: BoxCommand): Promise<void> {
  const { installer, box, subject } = stage;
  await step(stage.log, installer.purge ? 'purge' : 'remove', async () => {
    const { code, text } = await (installer.purge ?? installer.remove)(box, [subject.package], how);
    expect(code === 0, `exit ${code}: ${text.slice(-1200)}`);
  });
}
