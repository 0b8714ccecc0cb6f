import { printable } from '../log/printable.ts';

/** What a command says: lines as they come, or with `--json` one object at the end. */
export interface Output {
  say(line: string): void;
  /** A member of the JSON object. */
  set(name: string, value: unknown): void;
  /** Ends with an exit code. @param failure what went wrong, for a person. */
  end(exitCode: number, failure?: string): number;
}

/** @param write gets what goes to standard output, `writeError` what goes to standard error. */
export function openOutput(
  command: string,
  isJson: boolean,
  write: (text: string) => void,
  writeError: (text: string) => void,
  now = Date.now,
): Output {
  const messages: string[] = [];
  const members: Record<string, unknown> = {};
  return {
    say(line) {
      messages.push(line);
      if (!isJson) write(`${printable(line)}\n`);
    },
    set(name, value) {
      members[name] = value;
    },
    end(exitCode, failure) {
      if (failure !== undefined) {
        messages.push(failure);
        if (!isJson) writeError(`duplicati-server-util: ${printable(failure)}\n`);
      }
      if (!isJson) return exitCode;
      const at = now();
      const reply = {
        Timestamp: new Date(at).toISOString(),
        UnixTimestamp: Math.floor(at / 1000),
        Command: command,
        Success: exitCode === 0,
        ExitCode: exitCode,
        Messages: messages,
        Exceptions: failure === undefined ? [] : [failure],
        ...members,
      };
      write(`${JSON.stringify(reply, null, 2)}\n`);
      return exitCode;
    },
  };
}
