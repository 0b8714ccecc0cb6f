/**
 * Stream names as Windows Installer packs them into the 31 characters of a compound file: two characters of the alphabet become one code
 * unit from U+3800 on (first + second * 64), a single one becomes U+4800 + its number; everything else stays. Tables begin with U+4840.
 */
import { PackwrightError } from '../../../build/model/errors.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';
const [PAIRS, SINGLES, TABLE] = [0x3800, 0x4800, '\u4840'];
const LONGEST = 31;

/** @throws PackwrightError when the name does not fit, or has characters that packed names are made of. */
export function packName(name: string, kind: 'table' | 'stream', where: string): string {
  const said = JSON.stringify(name);
  if (/[\u3800-\u4840]/.test(name)) {
    throw new PackwrightError(
      where,
      `the stream's name ${said} has a character between U+3800 and U+4840`,
      'rename it',
    );
  }
  let packed = kind === 'table' ? TABLE : '';
  for (let i = 0; i < name.length; i++) {
    const first = ALPHABET.indexOf(name.charAt(i));
    const second = i + 1 < name.length ? ALPHABET.indexOf(name.charAt(i + 1)) : -1;
    if (first < 0) packed += name.charAt(i);
    else if (second < 0) packed += String.fromCharCode(SINGLES + first);
    else {
      packed += String.fromCharCode(PAIRS + first + second * 64);
      i += 1;
    }
  }
  if (name === '' || packed.length > LONGEST) {
    const what = `the stream's name ${said} takes ${packed.length} of at most ${LONGEST} characters when it is packed`;
    throw new PackwrightError(where, what, 'shorten the keys that it is made of');
  }
  return packed;
}
