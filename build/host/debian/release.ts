import { PackwrightError } from '../../model/errors.ts';

/** What a signed `InRelease` says (Debian repository format, "Release" files). */
export interface Release {
  codename: string;
  /** Milliseconds since 1970; `validUntil` is absent where the archive sets no end. */
  date: number;
  validUntil?: number;
  /** Files below the suite's folder. */
  files: ReadonlyMap<string, { size: number; sha256: string }>;
  byHash: boolean;
}

/**
 * Checks the signature of an `InRelease` and reads what it covers.
 * @param keyring OpenPGP public keys, binary or armored: any one of them may have signed.
 * @param now milliseconds since 1970: no key may have ended by then.
 * @throws PackwrightError when no key of the ring signed exactly these bytes.
 */
export async function verifyRelease(
  inRelease: Uint8Array,
  keyring: Uint8Array,
  now: number,
  where: string,
): Promise<Release> {
  // Half a megabyte of cryptography that only this verb needs.
  const openpgp = await import('openpgp');
  const armored = Buffer.from(keyring.subarray(0, 64)).toString('latin1').startsWith('-----BEGIN PGP');
  const reading = armored
    ? openpgp.readKeys({ armoredKeys: Buffer.from(keyring).toString('latin1') })
    : openpgp.readKeys({ binaryKeys: keyring });
  const verificationKeys = await reading.catch((cause) => {
    throw new PackwrightError(where, 'the keyring cannot be read', 'give the keys of the Debian archive', cause);
  });
  let signedText: string;
  try {
    const message = await openpgp.readCleartextMessage({ cleartextMessage: Buffer.from(inRelease).toString('utf8') });
    const verified = await openpgp.verify({ message, verificationKeys, date: new Date(now), format: 'utf8' });
    await Promise.any(verified.signatures.map((signature) => signature.verified));
    // Only what the signature covers is read: text around the signed part is nobody's word.
    signedText = verified.data;
  } catch (cause) {
    throw new PackwrightError(
      where,
      'no key of the keyring has signed it',
      'give the keys of the Debian archive (package debian-archive-keyring), or use another mirror',
      cause,
    );
  }
  return parseRelease(signedText, where);
}

export function parseRelease(text: string, where: string): Release {
  const fields = new Map<string, string>();
  for (const match of text.matchAll(/^([A-Za-z0-9-]+):(.*(?:\n .*)*)/gm)) fields.set(match[1]!, match[2]!.trim());
  const files = new Map<string, { size: number; sha256: string }>();
  for (const line of (fields.get('SHA256') ?? '').split('\n')) {
    const match = /^\s*([0-9a-f]{64})\s+(\d{1,12})\s+(\S+)\s*$/.exec(line);
    if (match) files.set(match[3]!, { sha256: match[1]!, size: Number(match[2]) });
  }
  const date = Date.parse(fields.get('Date') ?? '');
  if (files.size === 0 || Number.isNaN(date)) {
    throw new PackwrightError(where, 'it lists no files or has no date', 'use another mirror');
  }
  const until = fields.get('Valid-Until');
  return {
    codename: fields.get('Codename') ?? '',
    date,
    ...(until === undefined ? {} : { validUntil: Date.parse(until) }),
    files,
    byHash: fields.get('Acquire-By-Hash') === 'yes',
  };
}
