import { dirname } from 'node:path';
import type { Box } from './box.ts';
import { runCommand } from './command.ts';
import type { Installer } from './installer.ts';
import type { Log } from './log.ts';
import { listListeners } from './snapshot.ts';
import type { Subject } from './subject.ts';

/**
 * The permission audit: who may write, read and run what an installed package brought. The walk comes from the package's own list of
 * files, so a new file without a rule is looked at too. Gives what is wrong, in words.
 */
export async function auditPermissions(box: Box, installer: Installer, subject: Subject, log: Log): Promise<string[]> {
  const wrong: string[] = [];
  const own = await installer.listFiles(box, subject.package);
  const paths = new Set<string>();
  for (const path of own) for (let at = path; at !== '/'; at = dirname(at)) paths.add(at);
  // A file the administrator deleted or a ghost that was never made is no fault of ours.
  const rows = await box.sh(`xargs -0 stat -c '%n|%f|%U:%G' 2>/dev/null || true`, { input: [...paths].join('\0') });
  for (const row of rows.trim().split('\n')) {
    const [path = '', hex = '', owner] = row.split('|');
    const mode = Number.parseInt(hex, 16);
    const link = (mode & 0o170000) === 0o120000;
    if (!link && (mode & 0o022) !== 0) wrong.push(`${path} is writable by others: ${(mode & 0o7777).toString(8)}`);
    if ((mode & 0o6000) !== 0) wrong.push(`${path} is setuid or setgid`);
    if (path.startsWith('/usr/') && owner !== 'root:root') wrong.push(`${path} belongs to ${owner}`);
  }
  const capable = await runCommand(log, ['getcap', '-r', `${box.root}${subject.home}`]);
  if (capable.trim()) wrong.push(`file capabilities: ${capable.trim()}`);
  const broken = await box.sh(`find ${subject.home} -xtype l; find ${subject.home} \\( -nouser -o -nogroup \\)`);
  if (broken.trim()) wrong.push(`broken links or unknown owners: ${broken.trim()}`);
  wrong.push(...(await auditState(box, subject)));
  const temporary = await box.sh(
    `ls -A /tmp /var/tmp | grep -v -e '^systemd-private-' -e '-unix$' -e '^/' -e '^$' || true`,
  );
  if (temporary.trim()) wrong.push(`left in a temporary folder: ${temporary.trim()}`);
  for (const path of own.filter((one) => /^\/usr\/lib\/(systemd|sysusers)/.test(one))) {
    const text = await box.sh(`[ ! -f '${path}' ] || cat '${path}'`);
    const secret = /^[^#\n]*(PASSWORD|PASSPHRASE|SECRET|TOKEN)\w*=[^\s]+/im.exec(text);
    if (secret) wrong.push(`${path} holds something like a secret: ${secret[0].trim()}`);
  }
  return wrong;
}

/** The data folder: private, whole way down, closed to an account that has nothing to do with it. */
async function auditState(box: Box, subject: Subject): Promise<string[]> {
  const wrong: string[] = [];
  if ((await box.try(['test', '-e', subject.state])).code !== 0) return wrong;
  const mode = (await box.run(['stat', '-L', '-c', '%a', subject.state])).trim();
  if (mode !== '700') wrong.push(`${subject.state} has mode ${mode}, wanted 700`);
  const open = await box.sh(`find ${subject.state}/ -mindepth 1 ! -type l -perm /077`);
  if (open.trim()) wrong.push(`others can reach: ${open.trim()}`);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  if ((await box.try([...nobody, 'ls', `${subject.state}/`])).code === 0)
    wrong.push(`nobody can list ${subject.state}`);
  return wrong;
}

/** The sockets of a running service are exactly those promised. */
export async function auditSockets(box: Box, wanted: readonly string[]): Promise<string[]> {
  const found = (await listListeners(box)).join(' ');
  return found === [...wanted].sort().join(' ')
    ? []
    : [`listening: ${found || 'nothing'}; wanted: ${wanted.join(' ') || 'nothing'}`];
}
