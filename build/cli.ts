#!/usr/bin/env node
import { CommanderError } from 'commander';
import { makeCommandLine } from './command-line.ts';
import { printError } from './commands/print-error.ts';

// `packwright inspect … | head` ends the reader early; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await makeCommandLine().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printError(error);
}
