import type { Service } from '../../build/model/service.ts';

/** One `Name=Value` line of a unit. */
export type Directive = readonly [name: string, value: string];

/*
 * What each kind of service may do, in directives of systemd.exec(5). Exposure is the figure of `systemd-analyze security`;
 * test/platforms/linux/hardening.test.ts holds each profile to its limit.
 *
 * Nowhere: MemoryDenyWriteExecute, which kills Node (V8 writes machine code at run time); ProcSubset=pid, which leaves os.cpus() empty.
 */

/** Costs no Node program anything. */
const EVERY_SERVICE: readonly Directive[] = [
  ['NoNewPrivileges', 'yes'],
  ['LockPersonality', 'yes'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  // netlink is how the C library lists network interfaces
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallErrorNumber', 'EPERM'],
  ['SystemCallFilter', '@system-service'],
  ['UMask', '0077'],
  // a core file would hold every secret of the process; the hard limit stays, or PAM complains when a hook changes the account
  ['LimitCORE', '0:infinity'],
  // kernel interfaces, no stored files: /proc/sys and /sys become read-only, the kernel's log closed
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelTunables', 'yes'],
];

/**
 * Root that reads and writes every file. Exposure 4.3 with systemd 252, 4.1 with 257.
 * Absent, since they hide or write-protect files: PrivateTmp, ProtectHome, ProtectSystem, PrivateDevices, ProtectKernelModules (hides
 * /usr/lib/modules), ProtectProc. Absent, since a restore would fail: RestrictSUIDSGID (chmod 4755), ProtectClock (its device list
 * forbids mknod), `~@privileged` (chown).
 */
const WHOLE_MACHINE_CAPABILITIES = [
  'CAP_DAC_OVERRIDE', // read and write whatever the mode says
  'CAP_DAC_READ_SEARCH',
  'CAP_CHOWN', // restore owners,
  'CAP_FOWNER', // others' modes and times,
  'CAP_FSETID', // set-user-ID and set-group-ID bits,
  'CAP_SETFCAP', // file capabilities,
  'CAP_MKNOD', // device nodes
  'CAP_SETUID', // run a hook as another account, such as `runuser -u postgres -- pg_dumpall`
  'CAP_SETGID',
];

/** Root that needs nothing beyond its own state, or an account of its own: sees the system read-only and no one's files. Exposure 1.4 (252), 1.2 (257). */
const CONFINED: readonly Directive[] = [
  ['PrivateDevices', 'yes'],
  ['PrivateTmp', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectHome', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectProc', 'invisible'],
  ['ProtectSystem', 'strict'],
  ['RemoveIPC', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['SystemCallFilter', '~@privileged @resources'],
];

/**
 * An account of its own that may read every file and write only its state and the temporary folders, which it shares with the rest of
 * the machine. Exposure 2.0.
 */
const READ_EVERYTHING: readonly Directive[] = [
  ['CapabilityBoundingSet', ''],
  ['CapabilityBoundingSet', 'CAP_DAC_READ_SEARCH'],
  ['AmbientCapabilities', 'CAP_DAC_READ_SEARCH'],
  ['PrivateDevices', 'yes'],
  ['PrivateMounts', 'yes'],
  ['PrivateTmp', 'no'],
  ['PrivateUsers', 'no'],
  ['ProtectClock', 'yes'],
  ['ProtectHome', 'read-only'],
  ['ProtectKernelModules', 'no'],
  ['ProtectProc', 'invisible'],
  ['ProtectSystem', 'strict'],
  ['ReadWritePaths', '-/tmp -/var/tmp'],
  ['RemoveIPC', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['SystemCallFilter', '~@privileged @resources'],
];

export function needsWholeMachine(service: Service): boolean {
  return service.account === 'root' && (service.needs?.includes('whole-machine') ?? false);
}

/** The lines of the unit's [Service] section that take rights away. */
export function hardeningOf(service: Service): Directive[] {
  const lines = [...EVERY_SERVICE];
  // BPF programs forbid every bind() to an Internet address; systemd below 249 or built without BPF (Debian 12) does without
  if (service.listens === 'nothing') lines.push(['SocketBindDeny', 'any']);
  if (needsWholeMachine(service)) {
    lines.push(['CapabilityBoundingSet', WHOLE_MACHINE_CAPABILITIES.join(' ')]);
    return lines;
  }
  lines.push(...CONFINED);
  const lowPort = service.port !== undefined && service.port < 1024;
  if (lowPort) {
    lines.push(['CapabilityBoundingSet', 'CAP_NET_BIND_SERVICE'], ['AmbientCapabilities', 'CAP_NET_BIND_SERVICE']);
  } else {
    // in a user namespace of its own no capability reaches the machine; neither does the right to a low port
    lines.push(['CapabilityBoundingSet', ''], ['PrivateUsers', 'yes']);
  }
  return lines;
}

/** The profile that lets `account` read every file; absent when the service does not ask to. */
export function readEverythingProfile(service: Service, account: string): Directive[] | undefined {
  if (!service.needs?.length) return undefined;
  return [['User', account], ...READ_EVERYTHING];
}
