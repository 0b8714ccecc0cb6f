import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';

/** State of a connection (TCP_ESTABLISHED in the kernel's tcp_states.h). */
const ESTABLISHED = '01';

/** One side of a TCP connection. */
export interface Side {
  address: string;
  port: number;
}

/**
 * The account whose program holds the other side of a connection within this machine, by /proc/net/tcp and tcp6 (proc_pid_net(5)).
 * The connection's, not the listener's: a listener could have changed hands since. Undefined where the system does not say.
 */
export function findSocketOwner(other: Side, ours: Side, read = readTable): number | undefined {
  const isOne = (shown: string, { address, port }: Side) => {
    const [host = '', at] = shown.split(':');
    const hex = hexOf(address);
    return hex !== '' && (host === hex || host === MAPPED + hex) && Number.parseInt(at ?? '', 16) === port;
  };
  for (const line of ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => read(file)?.split('\n').slice(1) ?? [])) {
    const [, local = '', remote = '', state, , , , uid, , inode] = line.trim().split(/\s+/);
    // Without an inode, no program has accepted it yet, and the account shown is none.
    if (state === ESTABLISHED && inode !== '0' && isOne(local, other) && isOne(remote, ours)) return Number(uid);
  }
  return undefined;
}

/** An IPv4 address in an IPv6 table (::ffff:0:0/96). */
const MAPPED = '0000000000000000FFFF0000';

function readTable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** An address as the kernel prints it: 32-bit words in the machine's byte order (little-endian on all we package for). */
function hexOf(address: string): string {
  if (isIPv4(address)) return swapWords(Buffer.from(address.split('.').map(Number)));
  return isIPv6(address) ? swapWords(bytesOfIpv6(address)) : '';
}

function swapWords(bytes: Buffer): string {
  return Buffer.from(bytes).swap32().toString('hex').toUpperCase();
}

function bytesOfIpv6(address: string): Buffer {
  const host = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1); // groups alone, no dotted end
  const [head = '', tail] = host.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill('0'), ...last];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
