/** Connections to an FTP server: each does one thing at a time, and some are kept for the next. */
import type { ConnectionOptions } from 'node:tls';
import { TLSSocket } from 'node:tls';
import { Client, enterPassiveModeIPv4, enterPassiveModeIPv6 } from 'basic-ftp';
import { StorageError } from '../storage.ts';
import { type CertificateRules, firstConnection, furtherConnections, requireTrusted } from '../tls/trust.ts';
import { explainFtp } from './errors.ts';

export interface FtpServer {
  /** For people. */
  where: string;
  host: string;
  port: number;
  user: string;
  password: string;
  encryption: 'None' | 'Implicit' | 'Explicit';
  protocols: Pick<ConnectionOptions, 'minVersion' | 'maxVersion'>;
  connection: 'AutoPassive' | 'PASV' | 'EPSV';
  rules: CertificateRules;
  /** Milliseconds without a sign; 0 for none. */
  patience: number;
}

export interface FtpSessions {
  /** Runs work on a connection that is its own meanwhile. @throws StorageError, the signal's reason */
  use<Result>(
    what: string,
    signal: AbortSignal,
    work: (client: Client, start: string) => Promise<Result>,
  ): Promise<Result>;
  close(): void;
}

interface Session {
  client: Client;
  /** The folder where it began. */
  start: string;
}

/** Idle connections that are kept. */
const KEPT = 4;

export function createFtpSessions(server: FtpServer): FtpSessions {
  const idle: Session[] = [];
  /** How to connect once the certificate was judged. */
  let known: ConnectionOptions | undefined;

  async function connect(signal: AbortSignal): Promise<Session> {
    const client = new Client(server.patience);
    const stop = () => client.close();
    signal.addEventListener('abort', stop);
    try {
      if (server.connection !== 'AutoPassive')
        client.prepareTransfer = server.connection === 'PASV' ? enterPassiveModeIPv4 : enterPassiveModeIPv6;
      await open(client, known ?? firstConnection(server.host));
      if (server.encryption !== 'None') {
        const { socket } = client.ftp;
        if (!(socket instanceof TLSSocket))
          throw new StorageError('untrusted', `${server.where}: the connection is not encrypted`);
        if (!known) {
          requireTrusted(socket, server.where, server.rules);
          known = furtherConnections(socket, server.host, server.rules);
          // Data connections resume this one, and are judged as it was: so it is made as they are.
          if (!socket.authorized && !server.rules.acceptAny) await open(client, known);
        }
      }
      await client.login(server.user, server.password);
      await client.useDefaultSettings();
      return { client, start: await client.pwd() };
    } catch (thrown) {
      client.close();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async function open(client: Client, options: ConnectionOptions): Promise<void> {
    const tls = { ...options, ...server.protocols };
    if (server.encryption === 'Implicit') await client.connectImplicitTLS(server.host, server.port, tls);
    else {
      await client.connect(server.host, server.port);
      if (server.encryption === 'Explicit') await client.useTLS(tls);
    }
  }

  async function attempt<Result>(
    session: Session,
    signal: AbortSignal,
    work: (client: Client, start: string) => Promise<Result>,
  ): Promise<Result> {
    const { client, start } = session;
    const stop = () => client.close();
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      const result = await work(client, start);
      if (!client.closed && idle.length < KEPT) idle.push(session);
      else client.close();
      return result;
    } catch (thrown) {
      // What state the conversation is in is not known.
      client.close();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    async use(what, signal, work) {
      try {
        let kept = idle.pop();
        while (kept?.client.closed) kept = idle.pop();
        if (kept) {
          // The server may have ended it meanwhile: that is found out before anything is begun.
          const { client } = kept;
          const stop = () => client.close();
          signal.addEventListener('abort', stop);
          const isAlive = await client.send('NOOP').then(
            () => true,
            () => false,
          );
          signal.removeEventListener('abort', stop);
          if (isAlive) return await attempt(kept, signal, work);
          kept.client.close();
        }
        return await attempt(await orAborted(signal, connect(signal)), signal, work);
      } catch (thrown) {
        signal.throwIfAborted();
        throw explainFtp(server.where, what, thrown);
      }
    },
    close() {
      for (const { client } of idle.splice(0)) client.close();
    },
  };
}

/** The library does not notice that a connection is closed while it begins to be encrypted, and would wait for ever. */
async function orAborted<Result>(signal: AbortSignal, running: Promise<Result>): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  running.catch(() => {});
  try {
    signal.throwIfAborted();
    return await Promise.race([running, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
