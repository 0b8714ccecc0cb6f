import type { GenericSchema, InferOutput } from 'valibot';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call a route: everybody, a session (an access token), or whoever has a token for this one operation (`?token=`, for what
 * browsers download by an address). Everybody's routes say no version, path or name, and limit themselves.
 */
export type Access = 'everybody' | 'session' | { operation: 'export' | 'bugreport' };

/** A session that a request has proved, by its id. */
export interface Caller {
  session: string;
  /** True for who came through the local door: root or the server's own account. Its session is in no list and no token is good for it. */
  isLocal?: boolean;
}

/** One request that has passed the gate. */
export interface Call {
  /** Values of the `{names}` in the route's path, decoded. */
  parameters: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The body as the route's schema reads it; undefined where the route has none. */
  body: unknown;
  /** Present where the route asks for a session. */
  caller?: Caller;
  /** The value of a cookie, when the browser sent one. */
  cookie(name: string): string | undefined;
  /** True when the browser reaches us over TLS: its cookies must not travel otherwise. */
  isSecure: boolean;
  /** The path below which a reverse proxy shows this server, such as `/backup`; empty without one. */
  prefix: string;
  /** The port it came in by. */
  port: number;
  /** The address of this machine that it came in by; empty at the local door. */
  localAddress: string;
  /** What the client calls itself; for the list of sessions. */
  userAgent: string;
  /** Aborted when the client is gone, for answers that wait. */
  closed(): AbortSignal;
}

/** An answer. One of `json`, `text` and `bytes`, or none for an empty one. */
export interface Reply {
  status?: number;
  json?: unknown;
  text?: { type: string; body: string };
  /** `type` as it is sent, with a charset where one belongs. */
  bytes?: { type: string; body: Buffer };
  headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A row of the route table: the whole of what a method and a path stand for. */
export interface Route {
  method: Method;
  /** Such as `/api/v1/backup/{id}`. */
  path: string;
  access: Access;
  /** What the JSON body must be. Members are found without regard to case and unknown ones are left out, as in Duplicati's server. */
  body?: GenericSchema;
  /** Most bytes of a body; default 64 KiB. */
  largest?: number;
  answer(call: Call): Reply | Promise<Reply>;
}

/** A route with a body, whose type follows from its schema. */
export function routeWithBody<Schema extends GenericSchema>(
  row: Omit<Route, 'body' | 'answer'> & {
    body: Schema;
    answer(call: Call & { body: InferOutput<Schema> }): Reply | Promise<Reply>;
  },
): Route {
  return row;
}

/** A refusal that a client is meant to read: `{"Error": message, "Code": status}`. Fixed texts; nothing a request holds. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.headers = headers;
  }
}
