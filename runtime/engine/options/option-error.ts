import { UserError } from '../../errors.ts';

/** Duplicati's exit code of a wrong command line. */
export const WRONG_USE = 200;

/** An option's value that cannot be read. @param allowed what can, as a phrase behind "allowed: ". */
export function unreadable(option: string, value: string, allowed: string): UserError {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return new UserError(`--${option}=${shown} cannot be read; allowed: ${allowed}`, WRONG_USE);
}
