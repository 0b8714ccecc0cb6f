import { FTPError } from 'basic-ftp';
import { messageOf } from '../../errors.ts';
import { explainConnection } from '../connection.ts';
import { StorageError, type StorageReason } from '../storage.ts';

/** What a reply's code means (RFC 959, 4.2.1); 550 is whatever a server likes, and told by its words. */
const REASONS: Readonly<Record<number, StorageReason>> = {
  421: 'unreachable',
  425: 'unreachable',
  426: 'unreachable',
  452: 'full',
  530: 'denied',
  532: 'denied',
  552: 'full',
  553: 'denied',
};

export function explainFtp(where: string, what: string, thrown: unknown): StorageError {
  if (thrown instanceof StorageError) return thrown;
  if (thrown instanceof FTPError) {
    const said = thrown.message.replace(/\s+/g, ' ').slice(0, 300);
    if (thrown.code === 530)
      return new StorageError(
        'denied',
        `${where}: the server does not let this account in (--auth-username, --auth-password; ${said})`,
        thrown,
      );
    if (/\b(SSL|TLS)\b/.test(said))
      return new StorageError('denied', `${where}: the server wants another encryption (--use-ssl; ${said})`, thrown);
    return new StorageError(reasonOf(thrown), `${where}: ${what}: ${said}`, thrown);
  }
  const message = messageOf(thrown);
  if (/^Timeout|timed? ?out/i.test(message))
    return new StorageError('timeout', `${where}: ${what}: no answer in time`, thrown);
  if (/closed|FIN packet|data connection|data socket/i.test(message) && !/certificate/i.test(message))
    return new StorageError('unreachable', `${where}: ${what}: the connection was cut`, thrown);
  return explainConnection(where, thrown);
}

function reasonOf({ code, message }: FTPError): StorageReason {
  const known = REASONS[code];
  if (known) return known;
  if (code !== 550 && code !== 450) return 'failed';
  if (/permission|denied|not allowed|not permitted|forbidden|read.?only/i.test(message)) return 'denied';
  if (/quota|space|full/i.test(message)) return 'full';
  return 'missing';
}
