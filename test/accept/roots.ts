import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { limit } from './limit.ts';
import { type Log, openLog } from './log.ts';
import { buildStandIn } from './stand-in.ts';

/** How a root file system comes to be: a Debian suite, and what is in it beyond the essential packages. */
interface Recipe {
  suite: string;
  packages: readonly string[];
  variant?: 'minbase' | 'extract';
  arch?: 'arm64';
  /** Locales to compile, such as `tr_TR`. */
  locales?: readonly string[];
  /** True when rpm's own database must live where it does on an rpm distribution, with a stand-in for that distribution's packages. */
  rpm?: boolean;
  /** Commands for the finished root, run with chroot. */
  finish?: readonly string[];
}

/** `procps`, `faketime` and `locales` serve the tests; the rest is what a small real machine has. */
const MACHINE = ['systemd', 'systemd-sysv', 'dbus', 'procps', 'libatomic1', 'libstdc++6', 'faketime', 'locales'];

/**
 * What every program of Windows is run with under Wine. The prefix, its `C:` and registry, is part of the root: a box over it begins with a
 * fresh one. Without the two libraries nobody is asked about .NET and a browser.
 */
export const WINE_ENV = {
  WINEPREFIX: '/root/prefix',
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
  XDG_RUNTIME_DIR: '/root',
} as const;
const MAKE_PREFIX = `env HOME=/root ${Object.entries(WINE_ENV)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')} sh -c 'wineboot -i && wineserver -w'`;

export const ROOTS = {
  bookworm: { suite: 'bookworm', packages: MACHINE, locales: ['tr_TR'] },
  trixie: { suite: 'trixie', packages: MACHINE, locales: ['tr_TR'] },
  bullseye: { suite: 'bullseye', packages: MACHINE, locales: ['tr_TR'] },
  bare: { suite: 'bookworm', packages: ['procps', 'libatomic1', 'libstdc++6'] },
  rpm: { suite: 'bookworm', packages: [...MACHINE, 'rpm', 'dnf'], locales: ['tr_TR'], rpm: true },
  sid: { suite: 'sid', packages: ['rpm', 'procps', 'libatomic1', 'libstdc++6'], rpm: true },
  arm64: {
    suite: 'bookworm',
    packages: ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'],
    variant: 'extract',
    arch: 'arm64',
  },
  wine: {
    suite: 'trixie',
    packages: ['ca-certificates', 'procps', 'wine', 'wine64', 'xvfb', 'xauth', 'xdotool', 'imagemagick'],
    finish: [MAKE_PREFIX],
  },
} as const satisfies Record<string, Recipe>;
export type RootName = keyof typeof ROOTS;

/** Outside the repository: roots are the same for every clone. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'packwright-accept');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const made = new Map<RootName, Promise<string>>();
const makeTwoAtATime = limit(2);

/** Folder of a root file system that nobody may change: boxes lay an overlay over it. Made once, then kept. */
export function makeRoot(name: RootName): Promise<string> {
  let root = made.get(name);
  if (!root) {
    root = makeTwoAtATime(() => buildRoot(name, ROOTS[name]));
    made.set(name, root);
  }
  return root;
}

async function buildRoot(name: RootName, recipe: Recipe): Promise<string> {
  const log = openLog(join(CACHE, 'roots', `${name}.log`));
  const standIn = recipe.rpm ? await buildStandIn(join(CACHE, 'stand-in'), log) : '';
  const key = createHash('sha256')
    .update(JSON.stringify([3, recipe, standIn, ...(standIn ? rpmHooks(standIn) : [])]))
    .digest('hex')
    .slice(0, 12);
  const folder = join(CACHE, 'roots', `${name}-${key}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  await mkdir(join(CACHE, 'roots'), { recursive: true });
  await rm(draft, { recursive: true, force: true });
  const argv = ['mmdebstrap', '--mode=root', '--format=directory', `--variant=${recipe.variant ?? 'minbase'}`];
  argv.push(`--include=${recipe.packages.join(',')}`, '--dpkgopt=force-unsafe-io');
  if (recipe.arch) argv.push(`--architectures=${recipe.arch}`);
  for (const option of await readAptOptions(log)) argv.push(`--aptopt=${option}`);
  for (const locale of recipe.locales ?? []) {
    argv.push(`--customize-hook=chroot "$1" localedef -i ${locale} -f UTF-8 ${locale}.UTF-8`);
  }
  if (recipe.rpm) argv.push(...rpmHooks(standIn));
  for (const line of recipe.finish ?? []) argv.push(`--customize-hook=chroot "$1" ${line}`);
  argv.push('--customize-hook=rm -rf "$1"/usr/share/i18n "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap');
  try {
    await runCommand(log, [...argv, recipe.suite, draft, ...(await listSources(recipe.suite, log))], { timeout: 900 });
    // Another run may have made the same root in the meantime; then ours is thrown away.
    await rename(draft, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Debian's rpm keeps its database in the caller's home and knows no distribution; here it behaves as on its own ground. */
function rpmHooks(standIn: string): string[] {
  return [
    // Folders that an rpm distribution's own packages bring (filesystem, initscripts) and Debian's do not.
    '--customize-hook=cd "$1" && mkdir -p etc/sysconfig usr/share/licenses usr/share/icons usr/share/metainfo',
    '--customize-hook=mkdir -p "$1"/etc/rpm "$1"/var/lib/rpm && echo "%_dbpath /var/lib/rpm" >"$1"/etc/rpm/macros',
    `--customize-hook=cp ${standIn} "$1"/root/stand-in.rpm && chroot "$1" rpm --nosignature -i /root/stand-in.rpm`,
    '--customize-hook=rm "$1"/root/stand-in.rpm',
  ];
}

/** The Debian mirrors of the host's own apt configuration, rewritten for `suite`. */
async function listSources(suite: string, log: Log): Promise<string[]> {
  const rows = await runCommand(log, ['apt-get', 'indextargets', '--format', '$(ORIGIN)|$(LABEL)|$(REPO_URI)']);
  const uris = (label: string) =>
    [...new Set(rows.split('\n'))].filter((row) => row.startsWith(`Debian|${label}|`)).map((row) => row.split('|')[2]!);
  const mirror = uris('Debian')[0] ?? 'http://deb.debian.org/debian/';
  const options = `[signed-by=${KEYRING}${suite === 'sid' || suite === 'bullseye' ? ' check-valid-until=no' : ''}]`;
  const sources = [`deb ${options} ${mirror} ${suite} main`];
  const security = uris('Debian-Security')[0];
  if (security && suite !== 'sid') sources.push(`deb ${options} ${security} ${suite}-security main`);
  return sources;
}

/** A proxy the host's apt goes through is needed by the new root's apt as well. */
async function readAptOptions(log: Log): Promise<string[]> {
  const dump = await runCommand(log, ['apt-config', 'dump', '--format', '%f "%v";%n', 'Acquire::http']);
  return dump.split('\n').filter((line) => /::Proxy/.test(line) && !/""/.test(line));
}
