// The lead: rpm's docs/manual/format_lead.md. Only file(1) still looks at more than the magic.
//    0  4  magic ed ab ee db
//    4  2  format 3.0
//    6  2  type, 0 for a binary package
//    8  2  architecture, by the numbers of rpmrc
//   10 66  name-version-release, ended by a NUL
//   76  2  operating system, 1 for Linux
//   78  2  signature type, 5 for a signature header
//   80 16  reserved
import type { Arch } from '../../build/model/target.ts';

export const LEAD_SIZE = 96;
const ARCH_NUMBERS: Readonly<Record<Arch, number>> = { x64: 1, arm64: 19 };

export function encodeLead(nvr: string, arch: Arch): Buffer {
  const lead = Buffer.alloc(LEAD_SIZE);
  lead.writeUInt32BE(0xedabeedb, 0);
  lead.writeUInt16BE(0x0300, 4);
  lead.writeUInt16BE(ARCH_NUMBERS[arch], 8);
  Buffer.from(nvr).subarray(0, 65).copy(lead, 10);
  lead.writeUInt16BE(1, 76);
  lead.writeUInt16BE(5, 78);
  return lead;
}
