import { open } from 'node:fs/promises';
import { PackwrightError } from '../model/errors.ts';
import type { Arch, System } from '../model/target.ts';
import { looksLikePe, PE_MACHINES } from '../pe/headers.ts';

const SYSTEM = '(?<system>linux|linuxmusl|musl|alpine|android|darwin|ios|win32|freebsd|netbsd|openbsd|sunos|aix)';
const CPU =
  '(?<cpu>(?:x64|ia32|x86|arm64|arm|armv6l?|armv7l?|ppc64|ppc64le|s390x|riscv64|loong64|mips|mipsel|universal|\\+)+)';
const ABI = '(?:node|napi|electron)-v\\d+';

/** Where packages keep machine code for several systems, by the tools that put it there; the folder or file says which it is for. */
const LAYOUTS: readonly RegExp[] = [
  `prebuilds/${SYSTEM}-${CPU}(?:-simulator)?/`, // prebuildify, node-gyp-build
  `prebuilds/${SYSTEM}-${CPU}\\.node$`,
  `binding/${ABI}-${SYSTEM}-(?:(?<libc>glibc|musl|unknown)-)?${CPU}/`, // node-pre-gyp
  `bin/${SYSTEM}-${CPU}-\\d+/`, // its older form
  `build/koffi/${SYSTEM}_${CPU}/`,
].map((place) => new RegExp(`(?:^|/)${place}`));

/** prebuildify's tag in the name of a file: `node.napi.musl.node`. */
const MUSL_FILE = /\.musl\.node$/;

/**
 * Whom a file is for when that is not the target, such as `darwin-arm64`; undefined when it is for the target, for all, or does not say.
 * Linux is one with glibc.
 * @param file its path below the package.
 */
export function foreignOwner(file: string, target: System, arch: Arch): string | undefined {
  for (const layout of LAYOUTS) {
    const { system, cpu, libc } = layout.exec(file)?.groups ?? {};
    if (!system || !cpu) continue;
    const isMusl = libc === 'musl' || MUSL_FILE.test(file);
    if (system === target && cpu.split('+').includes(arch) && !isMusl) return undefined;
    return `${system}-${cpu}${isMusl ? ' (musl)' : ''}`;
  }
  return undefined;
}

/** First bytes of Mach-O files of 32 and 64 bits and of several processors. */
const MACH_O: readonly (readonly number[])[] = [
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xce, 0xfa, 0xed, 0xfe],
  [0xca, 0xfe, 0xba, 0xbe],
];
const ELF = [0x7f, 0x45, 0x4c, 0x46];
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };

const SYSTEMS: Readonly<Record<System, string>> = { linux: 'Linux', win32: 'Windows' };

/**
 * Nobody can tell whether a program would load it, so an addon for others in a place that does not say so stops the build.
 * @throws PackwrightError that names the file and what to do.
 */
export async function assertOwnAddon(file: string, name: string, system: System, arch: Arch): Promise<void> {
  const owner = await ownerOf(file);
  if (owner === undefined || (owner.system === SYSTEMS[system] && owner.cpu === arch)) return;
  const isOurs = owner.system === SYSTEMS[system];
  throw new PackwrightError(
    name,
    `it is machine code for ${isOurs ? owner.cpu : owner.system}, but the package is for ${system}-${arch}`,
    isOurs ? installHint(system, arch) : `remove the file if nothing on ${SYSTEMS[system]} loads it`,
  );
}

/** Whose machine code a file is; undefined when it is none that is known. */
async function ownerOf(file: string): Promise<{ system: string; cpu: string } | undefined> {
  // Headers of PE files lie within the first bytes: the stub for DOS is short.
  const head = Buffer.alloc(1024);
  const handle = await open(file);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const begins = (bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  const other = 'another processor';
  if (begins(ELF)) return { system: 'Linux', cpu: ELF_MACHINES[head.readUInt16LE(18)] ?? other };
  if (MACH_O.some(begins)) return { system: 'macOS', cpu: other };
  if (!looksLikePe(head)) return undefined;
  const at = head.readUInt32LE(60);
  return { system: 'Windows', cpu: (at <= 1016 && PE_MACHINES[head.readUInt16LE(at + 4)]) || other };
}

/** How a folder of node_modules is made for another machine than this one. */
export function installHint(system: System, arch: Arch): string {
  const libc = system === 'linux' ? ' --libc=glibc' : '';
  return `run "npm install --os=${system} --cpu=${arch}${libc} --ignore-scripts", or take "${arch}" out of "arches"`;
}
