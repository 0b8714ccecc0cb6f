import { PackwrightError, UsageError } from '../model/errors.ts';
import { tameText } from '../report.ts';

/** Prints what a person needs to read, and nothing else. @returns the exit code: 2 for wrong use, else 1. */
export function printError(error: unknown, stream: NodeJS.WriteStream = process.stderr): number {
  if (error instanceof AggregateError) {
    for (const one of error.errors) printError(one, stream);
    stream.write(`packwright: ${error.message}\n`);
    return 1;
  }
  if (error instanceof PackwrightError) {
    stream.write(`${tameText(error.message)}\n`);
    if (process.env.PACKWRIGHT_DEBUG && error.cause)
      stream.write(`${error.cause instanceof Error ? error.cause.stack : error.cause}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  // Not one of ours: a defect. The stack is what helps to mend it.
  stream.write(`packwright: this is a defect of Packwright: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
