import { PackwrightError } from '../../model/errors.ts';

/** The compressor's result is no good. */
export function differs(method: string, cause?: unknown): PackwrightError {
  return new PackwrightError(
    method,
    'what was compressed does not decompress to the same bytes',
    'build again; if it happens again, check the memory of this machine',
    cause,
  );
}
