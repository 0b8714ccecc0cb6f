import type { ImageBase } from '../../build/model/package.ts';
import type { Product } from '../../build/model/product.ts';

/** The number that images without root have agreed on for their one user; above every account a distribution hands out. */
export const IMAGE_USER = { uid: 65532, gid: 65532 };

const PASSWD = [
  'root:x:0:0:root:/root:/usr/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
];
const GROUP = ['root:x:0:', 'nogroup:x:65534:'];

/**
 * `/etc/passwd` and `/etc/group` with root, nobody and the product's own user: libc and Node's `os.userInfo()` want a name and a home
 * for the number they run as. No password, no shell. On a foreign image its accounts stay, those of our name or number excepted.
 */
export function accountFiles(product: Product, home: string, below: ImageBase | undefined): Record<string, string> {
  const { uid, gid } = IMAGE_USER;
  const { name } = product;
  const passwd = accountLines(below?.passwd, PASSWD, name, uid);
  const group = accountLines(below?.group, GROUP, name, gid);
  return {
    '/etc/group': [...group, `${name}:x:${gid}:`, ''].join('\n'),
    '/etc/passwd': [...passwd, `${name}:x:${uid}:${gid}:${name}:${home}:/usr/sbin/nologin`, ''].join('\n'),
  };
}

/** Name and number are the first and third field of both files. */
function accountLines(below: string | undefined, own: readonly string[], name: string, number: number): string[] {
  const lines = below ? below.split('\n').filter((line) => line !== '') : own;
  return lines.filter((line) => {
    const fields = line.split(':');
    return fields[0] !== name && fields[2] !== String(number);
  });
}
