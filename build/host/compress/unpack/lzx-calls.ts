/** E8 call translation ([MS-PATCH] 2.2): only in the first gigabyte of a folder, and not in the last ten bytes of a frame. */
const TAIL = 10;
const CALL = 0xe8;
const LAST = 2 ** 30;

/** Makes absolute targets of calls relative again, in place. @param position of the frame's first byte in the folder. */
export function undoCalls(frame: Buffer, position: number, translation: number): void {
  if (translation === 0 || position >= LAST) return;
  const end = frame.length - TAIL;
  for (let at = 0; at < end; at++) {
    if (frame[at] !== CALL) continue;
    const absolute = frame.readInt32LE(at + 1);
    const here = position + at;
    if (absolute >= -here && absolute < translation) {
      frame.writeInt32LE((absolute >= 0 ? absolute - here : absolute + translation) | 0, at + 1);
    }
    at += 4;
  }
}
