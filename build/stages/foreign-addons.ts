import { open } from 'node:fs/promises';
import { PackwrightError } from '../model/errors.ts';
import type { Arch } from '../model/target.ts';

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
 * Targets are Linux with glibc.
 * @param file its path below the package.
 */
export function foreignOwner(file: string, arch: Arch): string | undefined {
  for (const layout of LAYOUTS) {
    const { system, cpu, libc } = layout.exec(file)?.groups ?? {};
    if (!system || !cpu) continue;
    const isMusl = libc === 'musl' || MUSL_FILE.test(file);
    if (system === 'linux' && cpu.split('+').includes(arch) && !isMusl) return undefined;
    return `${system}-${cpu}${isMusl ? ' (musl)' : ''}`;
  }
  return undefined;
}

/** First bytes of machine code: ELF (e_machine at byte 18), PE, Mach-O of 32 and 64 bits and of several processors. */
const MAGIC: readonly { system: string; bytes: readonly number[] }[] = [
  { system: 'Windows', bytes: [0x4d, 0x5a] },
  { system: 'macOS', bytes: [0xcf, 0xfa, 0xed, 0xfe] },
  { system: 'macOS', bytes: [0xce, 0xfa, 0xed, 0xfe] },
  { system: 'macOS', bytes: [0xca, 0xfe, 0xba, 0xbe] },
];
const ELF = [0x7f, 0x45, 0x4c, 0x46];
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };

/**
 * Nobody can tell whether a program would load it, so an addon for others in a place that does not say so stops the build.
 * @throws PackwrightError that names the file and what to do.
 */
export async function assertOwnAddon(file: string, name: string, arch: Arch): Promise<void> {
  const head = Buffer.alloc(20);
  const handle = await open(file);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const begins = (bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  const cpu = begins(ELF) ? (ELF_MACHINES[head.readUInt16LE(18)] ?? 'another processor') : undefined;
  const owner = cpu ?? MAGIC.find(({ bytes }) => begins(bytes))?.system;
  if (owner === undefined || owner === arch) return;
  const what = `it is machine code for ${owner}, but the package is for linux-${arch}`;
  throw new PackwrightError(name, what, cpu ? installHint(arch) : 'remove the file if nothing on Linux loads it');
}

/** How a folder of node_modules is made for another machine than this one. */
export function installHint(arch: Arch): string {
  return `run "npm install --os=linux --cpu=${arch} --libc=glibc --ignore-scripts", or take "${arch}" out of "arches"`;
}
