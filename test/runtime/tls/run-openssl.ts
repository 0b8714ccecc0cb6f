import { execFile } from 'node:child_process';

/** Runs openssl in a folder. @returns everything it said, whether it ended well or not. */
export function runOpenssl(cwd: string, line: string, more: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('openssl', [...line.split(' '), ...more], { cwd }, (error, stdout, stderr) => {
      if (error && error.code === 'ENOENT') reject(error);
      else resolve(`${stdout}${stderr}`);
    });
    child.stdin?.end();
  });
}
