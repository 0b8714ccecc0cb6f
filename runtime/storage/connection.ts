/** What the system says about a connection, in words. */
import { codeOf, messageOf } from '../errors.ts';
import { StorageError } from './storage.ts';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there; is the server running, and the port right?',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  ETIMEDOUT: 'no answer; is the address right, and does a firewall let it through?',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that network; is this machine connected?',
  ENOTFOUND: 'there is no server of that name; is it spelled right, and is this machine connected?',
  EAI_AGAIN: 'the name cannot be looked up; is this machine connected?',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  EPROTO: 'it does not speak TLS there as it should; is the port right, and does it want --use-ssl?',
};

/** A failure of a connection as a StorageError; one that is already, as it is. */
export function explainConnection(where: string, thrown: unknown): StorageError {
  if (thrown instanceof StorageError) return thrown;
  const code = codeOf(thrown) || (thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : '');
  const isTls = code.startsWith('ERR_SSL_') || code === 'EPROTO';
  const words = WORDS[isTls ? 'EPROTO' : code] ?? `the connection failed: ${messageOf(thrown)}`;
  return new StorageError('unreachable', `${where}: ${words}${code === '' ? '' : ` (${code})`}`, thrown);
}
