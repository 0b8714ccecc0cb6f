import { UserError } from '../errors.ts';

/** Longest that is read, in characters. */
const LONGEST = 4096;

/**
 * Asks for a secret on the terminal, without showing what is typed.
 * @throws UserError with `exitCode` where there is no terminal, for nothing and for Ctrl-C.
 */
export async function askSecret(prompt: string, otherwise: string, exitCode: number): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) throw new UserError(`${otherwise}; there is no terminal to ask on`, exitCode);
  stderr.write(`${prompt}: `);
  stdin.setRawMode(true);
  try {
    const text = await readLine(exitCode);
    if (text === '') throw new UserError('nothing was typed', exitCode);
    return text;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** Standard input up to its end, without the last line break: for a secret that a script hands over. @throws UserError */
export async function readSecret(exitCode: number): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const part of process.stdin) {
    text += part;
    if (text.length > LONGEST) break;
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '' || secret.length > LONGEST || /[\x00-\x1f\x7f]/.test(secret))
    throw new UserError('standard input must hold one line, the new password', exitCode);
  return secret;
}

function readLine(exitCode: number): Promise<string> {
  const { stdin } = process;
  const typed: string[] = [];
  return new Promise((resolve, reject) => {
    const end = (thrown?: UserError) => {
      stdin.off('data', take);
      stdin.off('end', finish);
      if (thrown) reject(thrown);
      else resolve(typed.join(''));
    };
    const finish = () => end();
    const take = (part: string) => {
      for (const character of part) {
        if (character === '\r' || character === '\n' || character === '\x04') return end();
        if (character === '\x03') return end(new UserError('stopped', exitCode));
        if (character === '\x7f' || character === '\b') typed.pop();
        else if (character >= ' ' && typed.length < LONGEST) typed.push(character);
      }
    };
    stdin.setEncoding('utf8').on('data', take).on('end', finish).resume();
  });
}
