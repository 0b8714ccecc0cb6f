import type { Product } from '../../build/model/product.ts';

/** The number that images without root have agreed on for their one user; above every account a distribution hands out. */
export const IMAGE_USER = { uid: 65532, gid: 65532 };

/**
 * `/etc/passwd` and `/etc/group` with root, nobody and the product's own user: libc and Node's `os.userInfo()` want a name and a home
 * for the number they run as. No password, no shell.
 */
export function accountFiles(product: Product, home: string): Record<string, string> {
  const { uid, gid } = IMAGE_USER;
  const name = product.name;
  const passwd = [
    'root:x:0:0:root:/root:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    `${name}:x:${uid}:${gid}:${name}:${home}:/usr/sbin/nologin`,
  ];
  const group = ['root:x:0:', 'nogroup:x:65534:', `${name}:x:${gid}:`];
  return { '/etc/group': `${group.join('\n')}\n`, '/etc/passwd': `${passwd.join('\n')}\n` };
}
