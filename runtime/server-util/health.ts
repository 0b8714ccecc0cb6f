import type { Server } from '../client/client.ts';
import { messageOf, UserError } from '../errors.ts';
import { readBelieved } from '../local/endpoint.ts';
import { CERTIFICATE_FILE } from '../tls/known-server.ts';

/** `--hosturl` as a URL. @throws UserError with `exitCode` when it is not an http or https address. */
export function readHostUrl(text: string, exitCode: number): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url;
  throw new UserError('--hosturl: not an address such as http://127.0.0.1:8200', exitCode);
}

/** Asks a server's /health at an address. @returns undefined when it is healthy, else why not, in words. Waits 5 seconds for the answer. */
export async function findHealthProblem(url: string, ask: Server['ask']): Promise<string | undefined> {
  try {
    const { status } = await ask({ method: 'GET', target: '/health', patience: 5000 });
    if (status === 200) return undefined;
    const isMaybeTls = status === 400 && url.startsWith('http:');
    return `it answered with status ${status}${isMaybeTls ? '; it may be reached with https:// alone' : ''}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Where to ask for a server that has left no endpoint file: the first port of DUPLICATI__WEBSERVICE_PORT, as the server itself reads it. */
export function guessServer(folder: string, environment: NodeJS.ProcessEnv = process.env): URL {
  const port = /^\s*(\d{1,5})/.exec(environment.DUPLICATI__WEBSERVICE_PORT ?? '')?.[1] ?? '8200';
  const scheme = readBelieved(folder, CERTIFICATE_FILE) === undefined ? 'http' : 'https';
  return new URL(`${scheme}://127.0.0.1:${Number(port) <= 65_535 ? port : '8200'}`);
}
