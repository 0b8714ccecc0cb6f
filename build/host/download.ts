import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { PackwrightError } from '../model/errors.ts';

export interface Expected {
  /** Lower-case hex. Without it nothing is checked here: the caller must. */
  sha256?: string;
  /** Bytes; also the most that is read. */
  size?: number;
}

/** No file fetched for a build comes near this. */
const MAX_BYTES = 2 ** 30;

/**
 * Fetches a URL into a file, streaming, with a timeout of 60 s without progress. Nothing is left behind when it fails.
 * @throws PackwrightError when it cannot be had or is not what was expected.
 */
export async function download(url: string, file: string, expected: Expected = {}): Promise<void> {
  const host = new URL(url).host;
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), 60_000);
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'w');
  const hash = createHash('sha256');
  let size = 0;
  try {
    const response = await fetch(url, { signal: abort.signal, redirect: 'follow' });
    if (!response.ok || !response.body) {
      throw new PackwrightError(host, `${new URL(url).pathname} answers ${response.status}`, 'is it still there?');
    }
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), 60_000);
      size += chunk.byteLength;
      if (size > (expected.size ?? MAX_BYTES))
        throw new PackwrightError(host, `${path.basename(file)} is larger than expected`);
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    const sha256 = hash.digest('hex');
    if (expected.sha256 && sha256 !== expected.sha256) {
      throw new PackwrightError(
        host,
        `the SHA-256 of ${new URL(url).pathname} is ${sha256}, but ${expected.sha256} is pinned`,
        'do not use it',
      );
    }
    if (expected.size !== undefined && size !== expected.size) {
      throw new PackwrightError(
        host,
        `${new URL(url).pathname} has ${size} bytes, but ${expected.size} are pinned`,
        'fetch it again',
      );
    }
    await handle.sync();
    await handle.close();
  } catch (cause) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    if (cause instanceof PackwrightError) throw cause;
    const why = abort.signal.aborted ? 'no data came for 60 s' : cause instanceof Error ? cause.message : String(cause);
    throw new PackwrightError(host, `${new URL(url).pathname} cannot be fetched: ${why}`, 'check the network', cause);
  } finally {
    clearTimeout(timer);
  }
}
