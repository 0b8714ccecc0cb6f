import { readTimespan, toSeconds } from '../engine/options/timespans.ts';
import { BACKENDS, optionsFor } from './backends.ts';
import { readQuery, schemeOf } from './destination-url.ts';
import type { StorageOptions } from './options/options.ts';
import { TIMEOUT_OPTIONS } from './options/shared.ts';
import { type Storage, StorageError } from './storage.ts';
import { type RetryPlan, withRetries } from './wrap/retry.ts';
import { createThrottle, type Throttle } from './wrap/throttle.ts';
import { withTimeLimits } from './wrap/time-limits.ts';
import { createTransfers } from './wrap/transfers.ts';

/** What is put around a backend. */
export interface Wrapping {
  /** None: the first failure is thrown. */
  retry?: RetryPlan;
  /** None: as fast as it goes. */
  upload?: Throttle;
  download?: Throttle;
}

/**
 * Opens a destination by its URL in Duplicati's form, or a path of this machine. Nothing is sent before the first operation.
 * @param options of the backend by name; those in the URL win
 * @throws StorageError `invalid` when it cannot be read or there is no such backend
 */
export async function openStorage(
  url: string,
  options: StorageOptions = {},
  wrapping: Wrapping = {},
): Promise<Storage> {
  const scheme = schemeOf(url);
  const backend = Object.hasOwn(BACKENDS, scheme) ? BACKENDS[scheme] : undefined;
  if (!backend)
    throw new StorageError(
      'invalid',
      `destinations of the kind "${scheme}" are not there; there are ${Object.keys(BACKENDS).join(', ')}`,
    );
  const limits = readLimits(scheme, url, options);
  const unlimited = createThrottle(() => 0);
  const transfers = createTransfers({
    upload: wrapping.upload ?? unlimited,
    download: wrapping.download ?? unlimited,
    idle: limits('read-write-timeout'),
  });
  const open = await backend.load();
  const storage = withTimeLimits(await open({ url, options: optionsFor(backend, options), transfers }), {
    short: limits('short-timeout'),
    list: limits('list-timeout'),
  });
  return wrapping.retry ? withRetries(storage, wrapping.retry) : storage;
}

/** Limits in milliseconds; every backend has the same. What cannot be read is refused by the backend, with everything else. */
function readLimits(
  scheme: string,
  url: string,
  options: StorageOptions,
): (name: keyof typeof TIMEOUT_OPTIONS) => number {
  const at = /^[^/]+:\/\//.test(url) ? url.indexOf('?') : -1;
  const refuse = (why: string) => new StorageError('invalid', `the address (${scheme}://) cannot be read: ${why}`);
  const inUrl = at < 0 ? {} : readQuery(url.slice(at + 1), refuse);
  return (name) => {
    for (const text of [inUrl[name], options[name], TIMEOUT_OPTIONS[name].default]) {
      if (text === undefined || text.trim() === '') continue;
      try {
        return toSeconds(readTimespan(name, text)) * 1000;
      } catch {
        return 0; // the backend says so when it reads its options
      }
    }
    return 0;
  };
}
