/** Real tools that judge what we write. */
import { spawnSync } from 'node:child_process';
import type { ExecutionContext } from 'ava';

/**
 * True when `tool` is on the machine. Otherwise the test says that it was not run; where CI is set, it fails.
 */
export function haveTool(t: ExecutionContext, tool: string): boolean {
  const { error } = spawnSync(tool, ['--version'], { stdio: 'ignore' });
  if (!error) return true;
  const sentence = `not run: ${tool} is not installed`;
  if (process.env.CI) t.fail(sentence);
  else {
    t.log(sentence);
    t.pass();
  }
  return false;
}

/** Standard output as text. @throws with the tool's own words when it exits with anything but 0. */
export function runTool(tool: string, args: readonly string[], input?: string | Uint8Array, cwd?: string): string {
  const result = spawnSync(tool, args, {
    input,
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${tool} exited with ${result.status}: ${result.stderr}`);
  return result.stdout;
}
