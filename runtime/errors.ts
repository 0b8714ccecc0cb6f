/**
 * An error that a person is meant to read: one sentence that says what is wrong and what to do now. Anything else that reaches the top
 * of a program is a defect of ours and is shown with its stack.
 */
export class UserError extends Error {
  /** Exit code of the program; Duplicati's: 100 serious error, 200 wrong command line (duplicati-cli only), 2 user error. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}

/** Duplicati's exit code when a server cannot start or a command fails as a whole. */
export const SERIOUS = 100;

/** The message of anything that was thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's name of a failure, such as `EADDRINUSE`; empty when there is none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
