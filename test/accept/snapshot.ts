import type { Box } from './box.ts';

/** Everything a package could leave behind, as sorted lines. */
export interface Snapshot {
  files: readonly string[];
  accounts: readonly string[];
  units: readonly string[];
  sockets: readonly string[];
  processes: readonly string[];
}

/** What may differ between before and after, and why. Everything else is something left behind. */
const ALLOWED: readonly { path: RegExp; why: string }[] = [
  { path: /^\/var\/log(\/|$)/, why: 'logs tell what happened' },
  {
    path: /^\/var\/lib\/dpkg\/(status|status-old|available|available-old|lock|lock-frontend|triggers\/\w+)$/,
    why: 'dpkg',
  },
  { path: /^\/var\/lib\/(apt|dnf|rpm)(\/|$)/, why: 'the package managers remember what they did' },
  { path: /^\/var\/cache\/(apt|dnf|ldconfig|debconf)(\/|$)/, why: 'caches of the system' },
  {
    path: /^\/etc\/((passwd|group|shadow|gshadow|subuid|subgid)-?|\.pwd\.lock|ld\.so\.cache)$/,
    why: 'compared line by line, among the accounts',
  },
  { path: /^\/var\/lib\/systemd\/(random-seed|timers|timesync|catalog|linger|coredump)(\/|$)/, why: 'systemd itself' },
  { path: /^\/var\/lib\/systemd\/deb-systemd-helper-(enabled|masked)$/, why: 'an empty folder of init-system-helpers' },
  { path: /^\/var\/lib\/systemd\/deb-systemd-helper-enabled\/[\w-]+\.target\.wants$/, why: 'the same' },
  { path: /^\/var\/lib\/(dbus\/machine-id|private)$/, why: 'made by the first boot' },
  {
    path: /^\/etc\/(machine-id|systemd\/system\/[\w-]+\.target\.wants)$/,
    why: 'made by the first boot or the first unit',
  },
  { path: /^\/var\/(tmp|lib\/private)\/systemd-private-[^/]*(\/|$)/, why: 'private folders of other services' },
  { path: /^\/root\/\.(rpmdb|gnupg)(\/|$)/, why: 'tools of the tests' },
];

/** Files of the service may be left on a disk, so their owner's number must not go to another: Debian keeps system accounts. */
const KEPT_ACCOUNT = /^_duplicati(-agent)?:/;

/** The state of a box; `systemd` false where none runs. */
export async function takeSnapshot(box: Box, systemd = true): Promise<Snapshot> {
  const files = await box.sh(
    `find / -xdev \\( -type d -printf '%p %y %m %U:%G\\n' \\) -o -printf '%p %y %m %U:%G %s %l\\n'
     find /etc /usr/lib/systemd -xdev -type f ! -path '/etc/*passwd*' ! -path '/etc/*group*' ! -path '/etc/*shadow*' -exec sha256sum {} + | awk '{print $2, $1}'`,
    { keep: false },
  );
  const sockets = await listListeners(box);
  return {
    files: sortLines(files),
    accounts: sortLines(await box.sh('cat /etc/passwd /etc/group')).filter((line) => !KEPT_ACCOUNT.test(line)),
    units: systemd
      ? sortLines(
          await box.sh('systemctl list-unit-files --no-legend; systemctl --failed --no-legend', { keep: false }),
        )
      : [],
    sockets,
    processes: sortLines(await box.sh("ps -eo args | grep -v -e '^ps ' -e '^\\[' -e '^sh ' -e '^grep ' -e '^(sd-'")),
  };
}

/** Differences that nobody allowed, in words; empty when all is as before. */
export function findRemains(before: Snapshot, after: Snapshot, allow: readonly RegExp[] = []): string[] {
  const remains: string[] = [];
  const allowed = (line: string) => {
    const path = line.split(' ')[0]!;
    return ALLOWED.some((one) => one.path.test(path)) || allow.some((one) => one.test(path));
  };
  for (const part of ['files', 'accounts', 'units', 'sockets', 'processes'] as const) {
    const old = new Set(before[part]);
    const now = new Set(after[part]);
    for (const line of now)
      if (!old.has(line) && !(part === 'files' && allowed(line))) remains.push(`${part}: + ${line}`);
    for (const line of old)
      if (!now.has(line) && !(part === 'files' && allowed(line))) remains.push(`${part}: - ${line}`);
  }
  return remains;
}

/** Listening TCP and bound UDP sockets, `127.0.0.1:8200`, straight from the kernel's tables. */
export async function listListeners(box: Box): Promise<string[]> {
  const found: string[] = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const rows = (await box.sh(`cat /proc/net/${table} 2>/dev/null || true`)).trim().split('\n').slice(1);
    for (const row of rows) {
      const [, local = '', , state] = row.trim().split(/\s+/);
      if (table.startsWith('tcp') ? state !== '0A' : state !== '07') continue;
      const [address = '', port = ''] = local.split(':');
      const text = address.length === 8 ? readIpv4(address) : readIpv6(address);
      found.push(`${table.startsWith('udp') ? 'udp ' : ''}${text}:${Number.parseInt(port, 16)}`);
    }
  }
  return found.sort();
}

/** The kernel prints each 32-bit word of an address in the machine's byte order. */
function readIpv4(hex: string): string {
  return [...Buffer.from(hex, 'hex').reverse()].join('.');
}
function readIpv6(hex: string): string {
  const words = hex.match(/.{8}/g)!.map((word) => Buffer.from(word, 'hex').reverse().toString('hex'));
  const text = words.join('');
  if (/^0{31}1$/.test(text)) return '[::1]';
  return /^0{32}$/.test(text) ? '[::]' : `[${text}]`;
}

function sortLines(text: string): string[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trim())
    .sort();
}
