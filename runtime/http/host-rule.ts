import { BlockList, isIP, isIPv6 } from 'node:net';

/** Which `Host` values a server answers to. */
export interface HostRule {
  /** True: of IP literals, only loopback ones. */
  loopbackOnly: boolean;
  /** Further names, in lower case; `*` stands for any. */
  allowed: ReadonlySet<string>;
}

const loopback4 = new BlockList();
loopback4.addSubnet('127.0.0.0', 8, 'ipv4');
// A list of its own: one that has IPv4 rules would also match ::ffff:127.0.0.1, which browsers reach under another name than ours.
const loopback6 = new BlockList();
loopback6.addAddress('::1', 'ipv6');
/** "This host on this network" (RFC 1122, 3.2.1.3), ::, and IPv4 mapped into IPv6: addresses no browser has a reason to name. */
const unreasonable = new BlockList();
unreasonable.addSubnet('0.0.0.0', 8, 'ipv4');
const unreasonable6 = new BlockList();
unreasonable6.addAddress('::', 'ipv6');
unreasonable6.addSubnet('::ffff:0:0', 96, 'ipv6');

/** host [ ":" port ] of RFC 9110, section 7.2, without user information, zone identifiers or anything else that URL parsers forgive. */
const HOST = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::([1-9][0-9]{0,4}))?$/;

/** True when `value` is a host name as DNS and the hosts file know it; neither a port nor a wildcard. */
export function isHostName(value: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/i.test(value);
}

/**
 * Decides about one `Host` value: `localhost`, an IP literal as `net.isIP` knows it (so neither 127.1 nor 0x7f.1), or an allowed name.
 * The port may be any, since a container or a tunnel may publish another one.
 */
export function isAllowedHost(value: string, rule: HostRule): boolean {
  const match = HOST.exec(value);
  if (!match || Number(match[3] ?? 1) > 65535) return false;
  const [, bracketed, plain = ''] = match;
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) return false;
    if (rule.allowed.has('*') || rule.allowed.has(bracketed.toLowerCase())) return true;
    return rule.loopbackOnly ? loopback6.check(bracketed, 'ipv6') : !unreasonable6.check(bracketed, 'ipv6');
  }
  const name = plain.toLowerCase();
  if (rule.allowed.has('*') || rule.allowed.has(name)) return true;
  if (isIP(name) === 4) return rule.loopbackOnly ? loopback4.check(name) : !unreasonable.check(name);
  return name === 'localhost';
}
