/**
 * Folders below those of `PARENTS`, and files of /etc/default, that every system has: none can be a product's own.
 * Purge removes `/var/lib/HOME` with all it holds, so one of these would cost the machine its package database or its services' state.
 */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(
  `alternatives apt bin boot cloud containers cron dbus debconf debug default dnf doc docker dpkg dracut firewalld firmware grub icons info
  init initramfs-tools kernel keyboard locale logrotate machines man mime misc modules mysql networking node_modules opt os-release pam pki
  polkit-1 portables postgresql private rpm samba security selinux skel ssh ssl sudo systemd terminfo ucf udev ufw useradd xml yum zoneinfo
  zypp`.split(/\s+/),
);
/** Folders of drop-ins, of a processor's libraries, of Python's versions. */
const LIKE_THE_SYSTEM = /^(.*\.d|[a-z0-9_]+-linux-[a-z0-9]+|python[0-9.]*)$/;

/** Folders whose subfolders are products' own, but for those of the system: the Filesystem Hierarchy Standard 3.0. */
const PARENTS =
  `/etc /etc/opt /opt /srv /usr/include /usr/lib /usr/lib64 /usr/libexec /usr/local/etc /usr/local/include /usr/local/lib
  /usr/local/libexec /usr/local/share /usr/share /usr/src /var/cache /var/lib /var/log /var/opt /var/spool`.split(
    /\s+/,
  );
/** Folders right below / that every system has. */
const TOP: ReadonlySet<string> = new Set(
  `bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var`.split(/\s+/),
);
/** Folders of `PARENTS` that are shared, but could be the name of a product elsewhere. */
const SHARED: ReadonlySet<string> = new Set(
  `/etc/NetworkManager /etc/X11 /etc/profile /etc/sysconfig /etc/xdg /usr/lib/NetworkManager /usr/lib/X11 /usr/lib/debug /usr/lib/environment
  /usr/lib/games /usr/share/appdata /usr/share/applications /usr/share/backgrounds /usr/share/base-files /usr/share/bash-completion
  /usr/share/dbus-1 /usr/share/fish /usr/share/fonts /usr/share/games /usr/share/glib-2.0 /usr/share/gnome /usr/share/help
  /usr/share/keyrings /usr/share/licenses /usr/share/lintian /usr/share/metainfo /usr/share/pixmaps /usr/share/sounds /usr/share/themes
  /usr/share/vim /usr/share/wayland-sessions /usr/share/xsessions /usr/share/zsh /var/spool/mail`.split(/\s+/),
);

/** True for a name that a product's folder must not have. */
export function isSystemName(name: string): boolean {
  return OF_THE_SYSTEM.has(name) || LIKE_THE_SYSTEM.test(name);
}

/**
 * The topmost folder on the way to the absolute `path` that is no folder of the system or of another product: what a package with that
 * file must own, since rpm leaves behind what nobody owns. Below a folder of drop-ins that is what lies in it, for the folder is another's.
 */
export function ownRootOf(path: string): string | undefined {
  const parent = PARENTS.filter((one) => path.startsWith(`${one}/`)).reduce(
    (a, b) => (b.length > a.length ? b : a),
    '',
  );
  const folders = path
    .slice(parent.length + 1)
    .split('/')
    .slice(0, -1);
  const [first] = folders;
  if (first === undefined) return undefined;
  if (parent === '' && TOP.has(first)) return undefined;
  const isProducts = parent === '' || parent === '/opt' || parent === '/srv';
  if (!isProducts && (OF_THE_SYSTEM.has(first) || SHARED.has(`${parent}/${first}`))) return undefined;
  const own = isProducts ? 0 : folders.findLastIndex((name) => LIKE_THE_SYSTEM.test(name)) + 1;
  return own < folders.length ? [parent, ...folders.slice(0, own + 1)].join('/') : undefined;
}
