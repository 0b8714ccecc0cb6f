/**
 * The pictures of the dialogs, drawn here: a shade for each point, from dark (0) to white (1), in colours that suit any product. Bitmaps have a
 * palette of 256 shades (BITMAPINFOHEADER, BI_RGB), a third of what true colour would take in every package.
 */

type Color = readonly [red: number, green: number, blue: number];
/** From 0 to 1, evenly. */
const RAMP: readonly Color[] = [
  [18, 44, 74],
  [33, 82, 124],
  [82, 136, 178],
  [176, 205, 227],
  [255, 255, 255],
];

/** The shade at a point, in pixels from the upper left corner. */
type Shade = (x: number, y: number) => number;

/** 370 x 44 installer units at 96 dots per inch: white, with rings that come in from the right. */
export function bannerPicture(): Buffer {
  const [width, height] = [494, 59];
  return bitmapFile(width, height, (x, y) => {
    const fade = clamp((x - width * 0.55) / (width * 0.45));
    const rings = 0.16 * disc(x, y, 470, 70, 78) + 0.14 * disc(x, y, 500, 62, 46) + 0.1 * disc(x, y, 410, -20, 52);
    return 1 - 0.06 * fade - rings * fade;
  });
}

/** 122 x 234 installer units: dark at the top, with large rings at the foot. */
export function sidePicture(): Buffer {
  const [width, height] = [163, 312];
  return bitmapFile(width, height, (x, y) => {
    const ground = 0.1 + 0.22 * (y / height) + 0.06 * (x / width);
    const rings = 0.1 * disc(x, y, 150, 300, 150) + 0.12 * disc(x, y, 130, 318, 96) + 0.16 * disc(x, y, 108, 330, 52);
    return ground + rings + 0.05 * disc(x, y, 10, 20, 70);
  });
}

/** An icon of 32 x 32 pixels: the letter i on a disc (ICONDIR, 32 bits a pixel with transparency). */
export function informationIcon(): Buffer {
  const size = 32;
  const header = Buffer.alloc(22 + 40);
  const mask = Buffer.alloc((size * size) / 8);
  const pixels = Buffer.alloc(size * size * 4);
  header.writeUInt16LE(1, 2); // an icon
  header.writeUInt16LE(1, 4); // one picture
  header.set([size, size, 0, 0, 1, 0, 32, 0], 6);
  header.writeUInt32LE(40 + pixels.length + mask.length, 14);
  header.writeUInt32LE(22, 18);
  writeInfoHeader(header, 22, size, size * 2, 32); // twice the height: picture and mask
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const stem = x >= 14 && x < 18 && y >= 13 && y < 24 ? 1 : 0;
      const letter = Math.max(stem, disc(x + 0.5, y + 0.5, 16, 9, 2.4));
      const [red, green, blue] = colorOf(0.3 + 0.7 * letter);
      const alpha = Math.round(255 * disc(x + 0.5, y + 0.5, 16, 16, 15));
      pixels.set([blue, green, red, alpha], ((size - 1 - y) * size + x) * 4);
    }
  }
  return Buffer.concat([header, pixels, mask]);
}

function bitmapFile(width: number, height: number, shade: Shade): Buffer {
  const stride = (width + 3) & ~3;
  const start = 14 + 40 + 256 * 4;
  const file = Buffer.alloc(start + stride * height);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  writeInfoHeader(file, 14, width, height, 8);
  for (let index = 0; index < 256; index++) {
    const [red, green, blue] = colorOf(index / 255);
    file.set([blue, green, red, 0], 54 + index * 4);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      file[start + (height - 1 - y) * stride + x] = Math.round(255 * clamp(shade(x + 0.5, y + 0.5)));
  }
  return file;
}

function writeInfoHeader(file: Buffer, at: number, width: number, height: number, bits: number): void {
  file.writeUInt32LE(40, at);
  file.writeInt32LE(width, at + 4);
  file.writeInt32LE(height, at + 8);
  file.writeUInt16LE(1, at + 12); // planes
  file.writeUInt16LE(bits, at + 14);
}

/** 1 inside the disc, 0 outside, in between on its edge. */
function disc(x: number, y: number, centerX: number, centerY: number, radius: number): number {
  return clamp(radius - Math.sqrt((x - centerX) ** 2 + (y - centerY) ** 2) + 0.5);
}

function colorOf(shade: number): Color {
  const place = clamp(shade) * (RAMP.length - 1);
  const index = Math.min(Math.floor(place), RAMP.length - 2);
  const [from, to] = [RAMP[index]!, RAMP[index + 1]!];
  const mix = (one: 0 | 1 | 2) => Math.round(from[one] + (to[one] - from[one]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
