/** Text in Windows code pages. */
import type { Refuse } from './read-bytes.ts';

/** Code pages by the name that the Encoding Standard has for them. */
const LABELS: Readonly<Record<number, string>> = {
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1250: 'windows-1250',
  1251: 'windows-1251',
  1252: 'windows-1252',
  1253: 'windows-1253',
  1254: 'windows-1254',
  1255: 'windows-1255',
  1256: 'windows-1256',
  1257: 'windows-1257',
  1258: 'windows-1258',
  20127: 'us-ascii',
  28591: 'iso-8859-1',
  65001: 'utf-8',
};

/** No code page in particular: texts are to be ASCII, but wixl has UTF-8 there, and older packages what their machine had. */
const NEUTRAL = 0;

/** @throws PackwrightError when the code page is not known; the function, when bytes are no text of it. */
export function textDecoder(codePage: number, refuse: Refuse): (bytes: Uint8Array, what: string) => string {
  const labels = codePage === NEUTRAL ? ['utf-8', 'windows-1252'] : [LABELS[codePage]];
  const decoders = labels.map((label) => {
    if (label === undefined) return refuse(`its texts have the code page ${codePage}, which is not known here`);
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  });
  return (bytes, what) => {
    let cause: unknown;
    for (const decoder of decoders) {
      try {
        return decoder.decode(bytes);
      } catch (error) {
        cause = error;
      }
    }
    return refuse(`${what} is no text of code page ${codePage}`, cause);
  };
}
