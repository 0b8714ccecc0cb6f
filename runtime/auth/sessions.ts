import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Row } from '../database/database.ts';
import type { Settings } from '../settings/settings.ts';
import type { Clock } from './clock.ts';

/** Seconds. */
export const LIFETIME = { remembered: 30 * 86_400, short: 2 * 3_600, forever: 10 * 365 * 86_400 } as const;
/** Two pages of one browser may refresh at the same moment: the token before the newest is taken for so many seconds. */
const GRACE = 30;

/** One who has signed in, as the list of sessions shows it. Times are seconds since 1970. */
export interface Session {
  id: string;
  name: string;
  kind: 'browser' | 'forever';
  created: number;
  used: number;
  expires: number;
}

/** What a browser keeps to get new access tokens: one part in a cookie that scripts cannot read, one that only the page has. */
export interface RefreshPair {
  session: string;
  token: string;
  nonce: string;
  /** Seconds until both are worth nothing. */
  lifetime: number;
}

export interface Sessions {
  start(name: string, lifetime: number): RefreshPair;
  startForever(name: string): Session;
  /** Trades a pair for the next. Undefined for one that is not ours, is over or was used before; the latter ends its session. */
  refresh(token: string, nonce: string): RefreshPair | undefined;
  /** The session that a refresh token belongs to, if it is the newest and the nonce its own. */
  find(token: string, nonce: string): string | undefined;
  isAlive(id: string): boolean;
  list(): Session[];
  end(id: string): boolean;
  endAll(): void;
}

/**
 * Sessions in the settings database. Neither tokens nor nonces are stored: both are MACs of the session and a counter, so that a token
 * that was ours once can be told from one that never was.
 * @param key 32 bytes.
 */
export function openSessions({ database }: Settings, key: Buffer, now: Clock): Sessions {
  const seconds = () => Math.floor(now());
  const mac = (what: string, id: string, counter: number) =>
    createHmac('sha256', key).update(`${what}|${id}|${counter}`).digest('base64url');
  const insert = database.prepare(
    'INSERT INTO session (id, name, kind, created, used, expires, lifetime, counter, turned) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)',
  );
  const select = database.prepare('SELECT * FROM session WHERE id = ?');
  const selectAll = database.prepare('SELECT * FROM session WHERE expires > ? ORDER BY used DESC, id');
  const turn = database.prepare('UPDATE session SET counter = ?, turned = ?, used = ?, expires = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM session WHERE id = ?');
  const removeAll = database.prepare('DELETE FROM session');
  database.prepare('DELETE FROM session WHERE expires <= ?').run(seconds());
  // Asked at every request, so kept here too: the end of each.
  const alive = new Map(selectAll.all(seconds()).map((row) => [String(row.id), Number(row.expires)]));

  const pairOf = (id: string, counter: number, lifetime: number): RefreshPair => ({
    session: id,
    token: `${id}.${counter}.${mac('refresh', id, counter)}`,
    nonce: mac('nonce', id, counter),
    lifetime,
  });
  const open = (name: string, kind: Session['kind'], lifetime: number): string => {
    const id = randomBytes(16).toString('base64url');
    const at = seconds();
    insert.run(id, name, kind, at, at, at + lifetime, lifetime, at);
    alive.set(id, at + lifetime);
    return id;
  };
  const end = (id: string) => {
    alive.delete(id);
    return remove.run(id).changes > 0;
  };
  /** The row of a pair that was ours at some time, and the pair's counter. */
  const recognize = (token: string, nonce: string) => {
    const [, id = '', digits = '', sent = ''] = /^([\w-]{22})\.(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
    const counter = Number(digits);
    if (!id || !isSame(sent, mac('refresh', id, counter)) || !isSame(nonce, mac('nonce', id, counter)))
      return undefined;
    const row = select.get(id);
    return row && Number(row.expires) > seconds() ? { id, row, counter } : undefined;
  };

  return {
    start: (name, lifetime) => pairOf(open(name, 'browser', lifetime), 0, lifetime),
    startForever: (name) => describe(select.get(open(name, 'forever', LIFETIME.forever))!),
    refresh(token, nonce) {
      const found = recognize(token, nonce);
      if (!found) return undefined;
      const { id, row, counter } = found;
      const newest = Number(row.counter);
      const lifetime = Number(row.lifetime);
      const at = seconds();
      if (counter === newest - 1 && at - Number(row.turned) <= GRACE) return pairOf(id, newest, lifetime);
      if (counter !== newest) {
        end(id); // somebody has a copy: neither keeps the session
        return undefined;
      }
      turn.run(newest + 1, at, at, at + lifetime, id);
      alive.set(id, at + lifetime);
      return pairOf(id, newest + 1, lifetime);
    },
    find(token, nonce) {
      const found = recognize(token, nonce);
      return found && found.counter === Number(found.row.counter) ? found.id : undefined;
    },
    isAlive: (id) => (alive.get(id) ?? 0) > now(),
    list: () => selectAll.all(seconds()).map(describe),
    end,
    endAll() {
      removeAll.run();
      alive.clear();
    },
  };
}

function describe(row: Row): Session {
  return {
    id: String(row.id),
    name: String(row.name),
    kind: row.kind === 'forever' ? 'forever' : 'browser',
    created: Number(row.created),
    used: Number(row.used),
    expires: Number(row.expires),
  };
}

/** Compares in a time that does not depend on where two texts differ. */
export function isSame(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
