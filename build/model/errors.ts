/**
 * The one error a person is meant to read: where it happened, what is wrong, why, and what to do now.
 * Anything else that is thrown is a defect of ours and is shown with its stack.
 */
export class PackwrightError extends Error {
  /** Target id, file or manifest key the error belongs to, such as `linux-x64-gui.deb` or `packwright.json: services[0].port`. */
  readonly where: string;
  /** What the reader can do about it, as an imperative sentence; empty when there is nothing to do. */
  readonly hint: string;

  constructor(where: string, what: string, hint = '', cause?: unknown) {
    super(`${where}: ${what}${hint ? `; ${hint}` : ''}`, cause === undefined ? undefined : { cause });
    this.name = 'PackwrightError';
    this.where = where;
    this.hint = hint;
  }
}

/** Wrong use of the command line: exit code 2 instead of 1. */
export class UsageError extends PackwrightError {
  constructor(what: string, hint = '') {
    super('packwright', what, hint);
    this.name = 'UsageError';
  }
}
