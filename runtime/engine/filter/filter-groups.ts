import { unusableRule } from './filter-error.ts';

/** Filters by the name of their group. */
type Groups = Readonly<Record<string, readonly string[]>>;

/** Groups of filters that a backup can name, as Duplicati 2.3.0 has them on Linux. */
const LINUX: Groups = {
  SystemFiles: ['/dev/', '/proc/', '/selinux/', '/sys/'],
  OperatingSystem: ['/bin/', '/boot/', '/etc/', '/initrd/', '/sbin/', '/var/'],
  CacheFiles: [
    '*/.cache/',
    '*/.config/google-chrome/Default/Cookies',
    '*/.config/google-chrome/Default/Cookies-journal',
    '*/Google/Chrome/*Current*',
    '*/Google/Chrome/*LOCK*',
    '*/Google/Chrome/*cache*',
    '*/Google/Chrome/Safe Browsing*',
    '*/Mozilla/Firefox/*cache*',
    '*/cookies.sqlite-*',
    '*/iPhoto Library/iPod Photo Cache/',
    '*/permissions.sqlite-*',
  ],
  TemporaryFiles: ['*/lost+found/', '*~', '/tmp/'],
  Applications: ['/lib/', '/lib64/', '/opt/', '/usr/'],
};

/** As on Windows: `?:` is any drive; folders of the system are where the environment says. Settings below AppData\Roaming are kept. */
const WINDOWS: Groups = {
  SystemFiles: [
    '*\\I386*',
    '*\\MSOCache*',
    '*\\Microsoft*\\RecoveryStore*',
    '*\\Microsoft*\\Windows\\*.edb',
    '*\\Microsoft*\\Windows\\*.log',
    '*\\Microsoft*\\Windows\\Cookies*',
    '*\\NTUSER*',
    '*\\RECYCLER\\',
    '*\\UsrClass.dat*',
    '?:\\System Volume Information\\',
    '?:\\hiberfil.sys',
    '?:\\pagefile.sys',
    '?:\\swapfile.sys',
  ],
  OperatingSystem: ['%SystemRoot%\\', '%SystemRoot%.old\\', '*\\Recent\\', '?:\\Config.Msi*', '?:\\autoexec.bat'],
  CacheFiles: [
    '*\\AppData\\Apple Computer\\Mobile Sync\\',
    '*\\AppData\\Local\\Microsoft\\Windows Store\\',
    '*\\AppData\\Local\\Microsoft\\Windows\\INetCache\\',
    '*\\AppData\\Local\\Packages\\',
    '*\\Application Data\\Application Data*',
    '*\\Google\\Chrome\\*cache*',
    '*\\Google\\Chrome\\Safe Browsing*',
    '*\\Google\\Chrome\\User Data\\Default\\Cookies',
    '*\\Google\\Chrome\\User Data\\Default\\Cookies-journal',
    '*\\Local Settings\\History\\',
    '*\\Mozilla\\Firefox\\*cache*',
    '*\\Temporary Internet Files\\',
    '*\\Thumbs.db',
    '*\\cookies.sqlite-*',
    '*\\permissions.sqlite-*',
  ],
  TemporaryFiles: [
    '*.tmp',
    '*.tmp\\',
    '*\\$RECYCLE.BIN\\',
    '*\\AppData\\Local\\Temp*',
    '*\\AppData\\Temp*',
    '*\\Local Settings\\Temp*',
  ],
  Applications: ['%ProgramFiles%\\', '%ProgramFiles(x86)%\\'],
};

const MACOS: Groups = {
  SystemFiles: [
    '*.dbfseventsd',
    '*.fseventsd',
    '/.vol/',
    '/Network/',
    '/afs/',
    '/automount/',
    '/cores/',
    '/dev/',
    '/net/',
    '/private/',
  ],
  OperatingSystem: ['*/Library/Logs/', '/Previous Systems*', '/System/', '/Volumes/', '/sbin/'],
  CacheFiles: [
    '*/Application Support/Google/Chrome/Default/Cookies',
    '*/Application Support/Google/Chrome/Default/Cookies-journal',
    '*/Google/Chrome/*cache*',
    '*/Google/Chrome/Safe Browsing*',
    '*/Library/Application Support/SyncServices/',
    '*/Library/Caches/',
    '*/Library/Calendars/Calendar Cache',
    '*/Library/Cookies/Cookies.binarycookies',
    '*/Mozilla/Firefox/*cache*',
    '*/backups.backupdb/',
    '*/cookies.sqlite-*',
    '*/iP* Software Updates/',
    '*/iPhoto Library/iPod Photo Cache*',
    '*/iTunes/Album Artwork/Cache/',
    '*/permissions.sqlite-*',
  ],
  TemporaryFiles: ['*/.Trash/', '*/.Trashes/', '*/Desktop DB', '*/Desktop DF', '*/lost+found/', '/tmp/'],
  Applications: ['/Applications/', '/Library/', '/opt/', '/usr/'],
};

/** The groups of a system. */
export function makeFilterGroups(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Groups {
  const lists = platform === 'win32' ? WINDOWS : platform === 'darwin' ? MACOS : LINUX;
  const fill = (filter: string) =>
    filter.replace(/%([^%]+)%/, (_, name: string) => environment[name] || (DEFAULTS[name] ?? ''));
  const own = Object.fromEntries(Object.entries(lists).map(([name, filters]) => [name, filters.map(fill)]));
  return {
    None: [],
    ...own,
    DefaultExcludes: [...new Set(Object.values(own).flat())].sort(),
    DefaultIncludes: [],
  };
}

const DEFAULTS: Readonly<Record<string, string>> = {
  SystemRoot: 'C:\\Windows',
  ProgramFiles: 'C:\\Program Files',
  'ProgramFiles(x86)': 'C:\\Program Files (x86)',
};

const ALIASES: Readonly<Record<string, string>> = {
  system: 'systemfiles',
  sys: 'systemfiles',
  os: 'operatingsystem',
  cachefolders: 'cachefiles',
  caches: 'cachefiles',
  cache: 'cachefiles',
  temporaryfolders: 'temporaryfiles',
  tempfolders: 'temporaryfiles',
  tempfiles: 'temporaryfiles',
  temp: 'temporaryfiles',
  tmp: 'temporaryfiles',
  application: 'applications',
  apps: 'applications',
  app: 'applications',
  defaultexclude: 'defaultexcludes',
  excludes: 'defaultexcludes',
  exclude: 'defaultexcludes',
  exc: 'defaultexcludes',
  defaultinclude: 'defaultincludes',
  includes: 'defaultincludes',
  include: 'defaultincludes',
  inc: 'defaultincludes',
};

/** Rules of the groups that a rule such as `{SystemFiles,Temp}` names, in any case. @throws UserError for a name that is no group's */
export function expandGroups(rule: string, groups: Groups): string[] {
  const names = rule.slice(1, -1).split(/[:,;|]/, 1000);
  return names
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .flatMap((name) => {
      const wanted = ALIASES[name.toLowerCase()] ?? name.toLowerCase();
      const found = Object.entries(groups).find(([one]) => one.toLowerCase() === wanted);
      if (!found) throw unusableRule(rule, `there is no group "${name}"; there are ${Object.keys(groups).join(', ')}`);
      return found[1];
    });
}
