import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps, type RequestOptions } from 'node:https';
import { trustFor } from '../client/trust.ts';
import { messageOf, UserError } from '../errors.ts';
import { readBelieved, readEndpoint } from '../local/endpoint.ts';
import { CERTIFICATE_FILE } from '../tls/known-server.ts';

/** `--hosturl` as a URL. @throws UserError with `exitCode` when it is not an http or https address. */
export function readHostUrl(text: string, exitCode: number): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url;
  throw new UserError('--hosturl: not an address such as http://127.0.0.1:8200', exitCode);
}

/**
 * Asks a server's /health. Waits 5 seconds at most.
 * @param folder the data folder, which holds the certificate of a server of this machine.
 * @returns undefined when it is healthy, else why not, in words.
 */
export async function findHealthProblem(server: URL, folder: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(5000);
  const ask = () => requestStatus(new URL('/health', server), folder, signal);
  try {
    // A certificate may be renewed between reading it and being shown it.
    const status = await ask().catch((thrown) => {
      if (server.protocol !== 'https:' || signal.aborted) throw thrown;
      return ask();
    });
    if (status === 200) return undefined;
    const isMaybeTls = status === 400 && server.protocol === 'http:';
    return `it answered with status ${status}${isMaybeTls ? '; it may be reached with https:// alone' : ''}`;
  } catch (thrown) {
    return explain(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
  }
}

function explain(thrown: unknown): string {
  const text = messageOf(thrown);
  return /self-signed|issuer certificate|first certificate/.test(text)
    ? `${text}: no authority that this system trusts vouches for it (see "duplicati-server https trust")`
    : text;
}

/** node:http rather than fetch: it starts faster, follows no redirection and looks at no proxy. */
function requestStatus(url: URL, folder: string, signal: AbortSignal): Promise<number> {
  const options: RequestOptions = { signal, agent: false, headers: { Accept: 'application/json' } };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? getHttps(url, { ...options, ...trustFor(url, folder) }, answer)
        : getHttp(url, options, answer);
    function answer(response: IncomingMessage): void {
      resolve(response.statusCode ?? 0);
      request.destroy();
    }
    request.on('error', reject);
  });
}

/**
 * The server of this machine: what it has left in its data folder while it runs; else the first port of
 * DUPLICATI__WEBSERVICE_PORT, as the server itself reads it.
 */
export function localServer(folder: string, environment: NodeJS.ProcessEnv = process.env): string {
  const endpoint = readEndpoint(folder);
  if (endpoint) return `${endpoint.scheme}://${endpoint.host}:${endpoint.port}`;
  const port = /^\s*(\d{1,5})/.exec(environment.DUPLICATI__WEBSERVICE_PORT ?? '')?.[1] ?? '8200';
  return `${readBelieved(folder, CERTIFICATE_FILE) === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}
