import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** What one guess costs: 64 MiB and three passes, about 0.3 s of a processor; the second choice of RFC 9106, section 4. */
const COST = { memory: 65_536, passes: 3, parallelism: 4 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Bounds of what is read back, so that a spoiled file cannot ask for all memory or all time. */
const MOST = { memory: 1 << 20, passes: 32, parallelism: 16 };

/** Argon2id (RFC 9106) of a password with a salt of its own, as the usual text: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, COST);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(hash)}`;
}

/** True when `text` is the hash of the password. @throws Error when it is not a hash of this kind. */
export async function verifyPassword(password: string, text: string): Promise<boolean> {
  const { cost, salt, hash } = readHash(text);
  return timingSafeEqual(await derive(password, salt, hash.length, cost), hash);
}

type Cost = typeof COST;

function derive(password: string, salt: Buffer, length: number, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letter can be written in several ways: NFC makes it one.
    const parameters = { message: password.normalize('NFC'), nonce: salt, tagLength: length, ...cost };
    argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

const TEXT = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})$/;

function readHash(text: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [, memory, passes, parallelism, salt = '', hash = ''] = TEXT.exec(text) ?? [];
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const isSound =
    cost.passes >= 1 &&
    cost.passes <= MOST.passes &&
    cost.parallelism >= 1 &&
    cost.parallelism <= MOST.parallelism &&
    cost.memory >= 8 * cost.parallelism &&
    cost.memory <= MOST.memory;
  if (!isSound) throw new Error('not an Argon2id hash with sensible costs');
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** Without padding, as PHC strings have it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
