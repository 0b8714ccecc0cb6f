/** [MS-PATCH] 2.2: neither in a frame's last ten bytes nor in a frame that is no longer. */
const TAIL = 10;
const CALL = 0xe8;

/** Makes the relative targets of calls absolute, in place, so that calls of the same function look the same. */
export function translateCalls(frame: Uint8Array, position: number, translation: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.byteLength - TAIL;
  for (let at = 0; at < end; at++) {
    if (frame[at] !== CALL) continue;
    const here = position + at;
    const relative = view.getInt32(at + 1, true);
    if (relative >= -here && relative < translation) {
      view.setInt32(at + 1, relative < translation - here ? relative + here : relative - translation, true);
    }
    at += 4;
  }
}
