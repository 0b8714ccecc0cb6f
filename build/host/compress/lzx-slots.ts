/** Symbols of LZX with a window of 2 MiB ([MS-PATCH] 2.6.2). Formatted offsets are two more than offsets; 0 to 2 are the recent ones. */
export const WINDOW_EXPONENT = 21;
const SLOTS = 50;
export const LITERALS = 256;
export const MAIN_SYMBOLS = LITERALS + 8 * SLOTS;
export const LENGTH_SYMBOLS = 249;

/** Bits behind each slot's symbol, and the formatted offset that they count from. */
export const FOOTER_BITS = Uint8Array.from({ length: SLOTS }, (_, slot) =>
  slot < 4 ? 0 : Math.min(17, (slot >> 1) - 1),
);
export const SLOT_BASES = new Uint32Array(SLOTS);
for (let slot = 1; slot < SLOTS; slot++) SLOT_BASES[slot] = SLOT_BASES[slot - 1]! + 2 ** FOOTER_BITS[slot - 1]!;

export function slotOf(formatted: number): number {
  if (formatted < 2) return formatted;
  if (formatted >= 262144) return 36 + ((formatted - 262144) >> 17);
  const top = 31 - Math.clz32(formatted);
  return 2 * top + ((formatted >> (top - 1)) & 1);
}
