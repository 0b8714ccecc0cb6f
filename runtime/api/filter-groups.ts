/** Groups of filters that a backup can name, as Duplicati 2.3.0 has them on Linux. */
const LINUX: Readonly<Record<string, readonly string[]>> = {
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

/** Lists of other systems come with the engine, which reads these words. */
const OWN: Readonly<Record<string, readonly string[]>> =
  process.platform === 'linux' ? LINUX : Object.fromEntries(Object.keys(LINUX).map((name) => [name, []]));

export const FILTER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  None: [],
  ...OWN,
  DefaultExcludes: [...new Set(Object.values(OWN).flat())].sort(),
  DefaultIncludes: [],
};
