import { SERIOUS, UserError } from '../errors.ts';

/** An error with the name that scripts look for: Duplicati prints `ErrorID: NAME` on standard error. */
export class NamedError extends UserError {
  readonly id: string;

  constructor(id: string, message: string, exitCode = SERIOUS, cause?: unknown) {
    super(message, exitCode, cause);
    this.name = 'NamedError';
    this.id = id;
  }
}
