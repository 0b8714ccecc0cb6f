import { messageOf, UserError } from '../errors.ts';
import { type Endpoint, readEndpoint } from '../local/endpoint.ts';
import { findDoor } from '../local/local-door.ts';
import { type Answer, type Connection, type JudgeCertificate, type Message, openConnection } from './exchange.ts';
import { isLoopback, makeSure, portOf } from './make-sure.ts';
import { trustFor } from './trust.ts';

/** How to reach a server. */
export interface Target {
  /** Data folders in which a server of this machine may have left its socket and its endpoint file, the likeliest first. */
  folders: readonly string[];
  /** The address that a person has named. */
  url?: URL | undefined;
  /** Where to ask when there is neither an address nor an endpoint file. */
  fallback: URL;
  /** True: whoever answers is believed, whatever its certificate. */
  isInsecure?: boolean;
  judgeCertificate?: JudgeCertificate | undefined;
  /** Exit code when it cannot be reached, or is refused. */
  exitCode: number;
}

/** A server as a client sees it. */
export interface Server {
  /** What to show, and to file tokens under. */
  name: string;
  /** True: no password and no token is needed, and none is sent. */
  isLocalDoor: boolean;
  /** True: whether it is the server can be found out, by its endpoint file, its certificate or the account that it runs as. */
  isKnowable: boolean;
  /** Sends what holds no secret. @throws UserError */
  ask(message: Message): Promise<Answer>;
  /** Sends what may hold a password or a token, after making sure of who gets it. @throws UserError before anything is sent. */
  tell(message: Message): Promise<Answer>;
}

/** Finds the server: through its socket where we may open that, else over TCP. @param overTcp do not use the socket. */
export async function findServer(target: Target, overTcp = false): Promise<Server> {
  const found = target.folders.map((folder) => ({ door: findDoor(folder), endpoint: readEndpoint(folder) }));
  const { url: named } = target;
  const likely = found.filter(({ endpoint }) => named === undefined || (endpoint && isOwn(named, endpoint)));
  if (!overTcp) {
    for (const { door } of likely) if (door !== undefined && (await isOpen(door))) return reachDoor(door, target);
  }
  const endpoint = likely.find((one) => one.endpoint)?.endpoint;
  return reachUrl(named ?? (endpoint ? addressOf(endpoint) : target.fallback), endpoint, target);
}

function reachDoor(door: string, { exitCode }: Target): Server {
  const connect = () => openConnection(door);
  const go = (message: Message) => converse(connect, exitCode, (connection) => connection.send(message));
  return { name: door, isLocalDoor: true, isKnowable: true, ask: go, tell: go };
}

function reachUrl(url: URL, endpoint: Endpoint | undefined, target: Target): Server {
  const own = endpoint && isOwn(url, endpoint) ? endpoint : undefined;
  const { isInsecure = false, exitCode } = target;
  const judge: JudgeCertificate | undefined = isInsecure ? () => undefined : target.judgeCertificate;
  const connect = async () => {
    const open = () => openConnection(url, judge ?? trustFor(url, target.folders));
    if (url.protocol !== 'https:' || judge) return open();
    return open().catch(open); // the certificate may have been renewed between reading it and being shown it
  };
  const below = url.pathname.replace(/\/+$/, '');
  const send = (connection: Connection, message: Message) =>
    connection.send({ ...message, target: below + message.target });
  return {
    name: url.href,
    isLocalDoor: false,
    isKnowable: own !== undefined || url.protocol === 'https:' || (isLoopback(url) && process.platform === 'linux'),
    ask: (message) => converse(connect, exitCode, (connection) => send(connection, message)),
    tell: (message) =>
      converse(connect, exitCode, async (connection) => {
        if (!isInsecure) await makeSure(connection, url, own, exitCode);
        return send(connection, message);
      }),
  };
}

/** True for an address of the server that left an endpoint file. */
function isOwn(url: URL, endpoint: Endpoint): boolean {
  return portOf(url) === endpoint.port && (isLoopback(url) || url.hostname === endpoint.host);
}

function addressOf({ scheme, host, port }: Endpoint): URL {
  return new URL(`${scheme}://${host}:${port}/`);
}

/** False for the socket of a server that ended without a word. */
async function isOpen(door: string): Promise<boolean> {
  try {
    (await openConnection(door)).close();
    return true;
  } catch {
    return false;
  }
}

async function converse(
  connect: () => Promise<Connection>,
  exitCode: number,
  talk: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  let connection: Connection | undefined;
  try {
    connection = await connect();
    return await talk(connection);
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    const reason = explain(messageOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown));
    throw new UserError(`Failed to connect to server: ${reason}`, exitCode, thrown);
  } finally {
    connection?.close();
  }
}

function explain(reason: string): string {
  return /self-signed|issuer certificate|first certificate/.test(reason)
    ? `${reason}: no authority that this system trusts vouches for it (see "duplicati-server https trust")`
    : reason;
}

/** A member of an answer's JSON object, where it is a text; else an empty one. */
export function textOf({ body }: Answer, name: string): string {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    const value =
      typeof read === 'object' && read !== null ? Object.entries(read).find(([key]) => key === name)?.[1] : undefined;
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
