import { UserError } from '../../errors.ts';
import { WRONG_USE } from '../options/option-error.ts';

/** A rule that cannot be used: what it is and why, as a clause. */
export function unusableRule(rule: string, why: string): UserError {
  const shown = rule.length > 200 ? `${rule.slice(0, 200)}…` : rule;
  return new UserError(`the filter ${shown} cannot be used: ${why}`, WRONG_USE);
}
