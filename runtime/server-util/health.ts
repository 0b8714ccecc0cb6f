import { get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getHttps } from 'node:https';
import { messageOf, UserError } from '../errors.ts';

/** `--hosturl` as a URL. @throws UserError with `exitCode` when it is not an http or https address. */
export function readHostUrl(text: string, exitCode: number): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url;
  throw new UserError('--hosturl: not an address such as http://127.0.0.1:8200', exitCode);
}

/** Asks a server's /health. @returns undefined when it is healthy, else why not, in words. Waits 5 seconds at most. */
export async function findHealthProblem(server: URL): Promise<string | undefined> {
  try {
    const status = await requestStatus(new URL('/health', server), AbortSignal.timeout(5000));
    return status === 200 ? undefined : `it answered with status ${status}`;
  } catch (thrown) {
    return messageOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
  }
}

/** node:http rather than fetch: it starts faster, follows no redirection and looks at no proxy. */
function requestStatus(url: URL, signal: AbortSignal): Promise<number> {
  const options: RequestOptions = { signal, agent: false, headers: { Accept: 'application/json' } };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? getHttps(url, options, answer) : getHttp(url, options, answer);
    function answer(response: IncomingMessage): void {
      resolve(response.statusCode ?? 0);
      request.destroy();
    }
    request.on('error', reject);
  });
}

/** The server of this machine: its port is the first of DUPLICATI__WEBSERVICE_PORT, as the server itself reads it. */
export function localServer(environment: NodeJS.ProcessEnv = process.env): string {
  const port = /^\s*(\d{1,5})/.exec(environment.DUPLICATI__WEBSERVICE_PORT ?? '')?.[1] ?? '8200';
  return `http://127.0.0.1:${port}`;
}
