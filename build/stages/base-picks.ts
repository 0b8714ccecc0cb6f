/** What an image's base takes from which Debian package. Paths are the packages' own; every rule must find a file. */
export interface Pick {
  package: string;
  files: readonly RegExp[];
}

/** Certificates become one bundle and are not shipped one by one. */
export const CERTIFICATES = /^\/usr\/share\/ca-certificates\/.*\.crt$/;

/**
 * What Node needs (glibc 2.28, libstdc++, libgcc_s, libatomic), what people expect of it (names, certificates, time zones), and the
 * licences of all that. Not taken: iconv's tables, vector maths, resolvers for NIS and Hesiod, terminals.
 */
export function basePicks(triplet: string): Pick[] {
  const lib = `/usr/lib/${triplet}/`;
  return [
    {
      package: 'base-files',
      files: [
        /^\/(bin|lib|lib64|sbin)$/,
        /^\/etc\/(os-release|debian_version|host\.conf)$/,
        /^\/usr\/lib\/os-release$/,
        /^\/usr\/share\/common-licenses\/((L?GPL|GFDL)(-[\d.]+)?|Artistic)$/,
        copyrightOf('base-files'),
      ],
    },
    { package: 'ca-certificates', files: [CERTIFICATES, copyrightOf('ca-certificates')] },
    { package: 'gcc-14-base', files: [copyrightOf('gcc-14-base')] },
    { package: 'libatomic1', files: [below(lib, 'libatomic\\.so\\.1[.\\d]*'), /^\/usr\/share\/doc\/libatomic1$/] },
    {
      package: 'libc6',
      files: [
        below(lib, 'lib(anl|c|dl|m|nss_dns|nss_files|pthread|resolv|rt|util)\\.so\\.\\d'),
        // The path that every executable names: on x86-64 in lib64, on arm64 in lib; a link to the file beside libc or the file itself.
        /^\/usr\/lib(64)?\/ld-linux-[^/]+$/,
        below(lib, 'ld-linux-[^/]+'),
        copyrightOf('libc6'),
      ],
    },
    { package: 'libgcc-s1', files: [below(lib, 'libgcc_s\\.so\\.1'), /^\/usr\/share\/doc\/libgcc-s1$/] },
    {
      package: 'libstdc++6',
      files: [below(lib, 'libstdc\\+\\+\\.so\\.6[.\\d]*'), /^\/usr\/share\/doc\/libstdc\+\+6$/],
    },
    {
      package: 'tzdata',
      // `localtime` there is a link to /etc/localtime, which an image leaves to its host.
      files: [/^\/usr\/share\/zoneinfo\/(?!localtime$|leap|tzdata\.zi$).+$/, copyrightOf('tzdata')],
    },
  ];
}

export function shellPicks(): Pick[] {
  return [{ package: 'busybox', files: [/^\/usr\/bin\/busybox$/, copyrightOf('busybox')] }];
}

function below(folder: string, pattern: string): RegExp {
  return new RegExp(`^${folder}${pattern}$`);
}

function copyrightOf(name: string): RegExp {
  return new RegExp(`^/usr/share/doc/${name}/copyright$`);
}

/** Names that busybox answers to and people look for; not those that change a machine. */
export const APPLETS: readonly string[] = (
  '[ ash awk base64 basename cat chgrp chmod chown clear cmp cp cut date dd df diff dirname du echo egrep env expr false fgrep find ' +
  'fold free grep groups gunzip gzip head hexdump hostname id ip kill killall less ln ls md5sum mkdir mktemp more mv nc netstat nproc ' +
  'nslookup od paste pidof ping printf ps pwd readlink realpath rev rm rmdir sed seq sh sha1sum sha256sum sha512sum sleep sort stat ' +
  'strings stty sync tac tail tar tee test time timeout top touch tr true truncate tty uname uniq unxz unzip uptime vi watch wc ' +
  'wget which whoami xargs xxd xzcat yes zcat'
).split(' ');
