import { createHash } from 'node:crypto';
import { PackwrightError } from '../../model/errors.ts';
import type { DebianPin } from '../../model/lock.ts';
import type { Cache } from '../cache.ts';
import type { Mirror } from './apt-sources.ts';
import { MISSING } from './http-get.ts';
import { archiveOf, showPin } from './pins.ts';

export interface PinSource {
  cache: Pick<Cache, 'read' | 'write'>;
  /** Tried in their order. */
  mirrors: readonly Mirror[];
  get(url: string, maxBytes: number): Promise<Buffer | typeof MISSING>;
  /** True: only from the cache. */
  offline?: boolean;
}

/**
 * A pinned package as a file that holds exactly its bytes: from the cache, else from the first mirror that has it.
 * @throws PackwrightError when no mirror has it, or what it sends is not what was pinned.
 */
export async function fetchPin(pin: DebianPin, from: PinSource): Promise<string> {
  const key = `debian ${pin.sha256}`;
  const where = showPin(pin);
  const archive = archiveOf(pin);
  const kept = await from.cache.read(key);
  if (kept && kept.sha256 === pin.sha256) return kept.file;
  if (from.offline) {
    throw new PackwrightError(where, 'it is not in the cache and must not be fetched', 'run it once with a network');
  }
  const failures: PackwrightError[] = [];
  let dropped = 0;
  for (const mirror of from.mirrors.filter((one) => one.archive === archive)) {
    try {
      const bytes = await from.get(`${mirror.root}/${pin.file}`, pin.size);
      if (bytes === MISSING) {
        dropped += 1;
        continue;
      }
      checkBytes(bytes, pin, where);
      return (await from.cache.write(key, [bytes])).file;
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw error;
      failures.push(error);
    }
  }
  if (dropped > 0) {
    const others = failures.length > 0 ? ` (and others failed: ${failures.map((one) => one.message).join('; ')})` : '';
    throw new PackwrightError(
      where,
      `the Debian mirror no longer has ${pin.file}: mirrors keep only the newest versions${others}`,
      'run "packwright lock" to pin the newest, or name a mirror that keeps old ones',
    );
  }
  if (failures.length === 1) throw failures[0];
  throw new PackwrightError(
    where,
    failures.length === 0
      ? `no mirror of the archive "${archive}" is known`
      : `no mirror could send it: ${failures.map((one) => one.message).join('; ')}`,
    'name a mirror with --mirror',
    new AggregateError(failures),
  );
}

function checkBytes(bytes: Buffer, pin: DebianPin, where: string): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length === pin.size && sha256 === pin.sha256) return;
  throw new PackwrightError(
    where,
    `what was fetched has ${bytes.length} bytes and SHA-256 ${sha256}, pinned are ${pin.size} and ${pin.sha256}`,
    'do not use it; try another mirror',
  );
}
