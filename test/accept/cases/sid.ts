import { startBox } from '../box.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { findPackage, showPackages } from '../packages.ts';
import { EDITIONS, expect, expectSame, SUBJECTS, type Subject } from '../subject.ts';

/** rpm 6, the newest generation, takes the packages: install, verify, upgrade, downgrade, erase. */
export const RPM6_CASES: readonly Case[] = EDITIONS.map(
  (edition): Case => ({
    name: `rpm/sid/${edition}/rpm-6`,
    roots: ['sid'],
    run: (log) => runRpm6(SUBJECTS[edition], log),
  }),
);

const RPM = ['rpm', '--nosignature'];

async function runRpm6(subject: Subject, log: Log): Promise<string> {
  const now = await findPackage('rpm', subject.edition, 'now');
  const next = await findPackage('rpm', subject.edition, 'next');
  await using box = await startBox('sid', log, { boot: false, binds: showPackages });
  const version = (await box.run(['rpm', '--version'])).trim();
  expect(/ 6\./.test(version), `wanted rpm 6, found ${version}`);
  await step(log, 'digests', () => box.run([...RPM, '-Kv', now.inside]));
  const verify = async () => expectSame((await box.try(['rpm', '-V', subject.package])).text, '', 'rpm -V');
  await step(log, 'install', async () => {
    await box.run([...RPM, '-i', now.inside]);
    await verify();
    for (const program of subject.programs) await box.run([program, '--version']);
  });
  await step(log, 'upgrade', async () => {
    await box.run([...RPM, '-U', next.inside]);
    await verify();
    await box.run(['duplicati-cli', '--version']);
  });
  await step(log, 'downgrade', () => box.run([...RPM, '-U', '--oldpackage', now.inside]));
  await step(log, 'changed settings are reported and kept', async () => {
    await box.sh(`echo '# mine' >>${subject.config.rpm}`);
    expect(
      /\bc? ?\/etc\/sysconfig/.test((await box.try(['rpm', '-V', subject.package])).text),
      'rpm -V does not see the change',
    );
  });
  await step(log, 'erase', async () => {
    await box.run(['rpm', '-e', subject.package]);
    await box.sh(`test ! -e ${subject.home}; test -f ${subject.config.rpm}.rpmsave`);
    const rest = await box.sh(
      `find / -xdev -name '*duplicati*' ! -path '/packages/*' ! -path '/var/lib/rpm/*' ! -path '/usr/lib/sysimage/*'`,
    );
    const left = rest
      .trim()
      .split('\n')
      .filter((path) => path !== `${subject.config.rpm}.rpmsave` && !path.startsWith(subject.state));
    expectSame(left.join('\n'), '', 'left behind');
  });
  return version;
}
