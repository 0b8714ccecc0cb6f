import type { Log } from '../log/log.ts';
import type { Settings } from '../settings/settings.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { findWeakness } from './password-rules.ts';

/** The one password of the server, kept as its Argon2id hash. */
export interface Passwords {
  isSet(): boolean;
  /** Without a limit: whoever calls this for a client goes through the throttle. */
  verify(password: string): Promise<boolean>;
  /** Sets it, whatever it is; `onChange` has been called when this returns. */
  set(password: string): Promise<void>;
  /**
   * Takes a password from an option or the environment when that value is another than the last one taken from there: it stays in
   * place over restarts, and must not undo a change made since. A weak one is taken, with a warning: scripts exist.
   * @param source where it comes from, for the log.
   */
  setGiven(password: string, source: string): Promise<void>;
}

const HASH = 'password';
const GIVEN = 'password-given';

/** @param onChange ends every session. */
export function openPasswords(settings: Settings, log: Log, onChange: () => void): Passwords {
  const store = (hash: string, given?: string) => {
    // Both or none: a given password that was noted and not set would never be taken.
    settings.database.transaction(() => {
      settings.setSecret(HASH, hash);
      if (given !== undefined) settings.setSecret(GIVEN, given);
      onChange();
    });
  };
  const verifyStored = async (name: typeof HASH | typeof GIVEN, password: string) => {
    const hash = settings.getSecret(name);
    const isRight = hash !== undefined && (await verifyPassword(password, hash));
    return isRight && settings.getSecret(name) === hash; // one that was changed meanwhile is no password any more
  };
  return {
    isSet: () => settings.getSecret(HASH) !== undefined,
    verify: (password) => verifyStored(HASH, password),
    set: async (password) => store(await hashPassword(password)),
    async setGiven(password, source) {
      if (await verifyStored(GIVEN, password)) return;
      const hash = await hashPassword(password);
      store(hash, hash);
      log.information(`the password of ${source} is set`);
      warnOfWeakness(password, source, log);
    },
  };
}

/** Says that a password is weak, and why; never which. */
export function warnOfWeakness(password: string, source: string, log: Log): void {
  const weakness = findWeakness(password);
  if (weakness) log.warning(`the password of ${source} is easy to guess. ${weakness}`);
}
