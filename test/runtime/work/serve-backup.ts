import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { makeForm, openServer } from '../api/open-server.ts';
import { memberOf } from '../api/replay.ts';
import { makeFolder } from '../run-program.ts';

/** A server with a backup of a small folder, which runs its jobs in processes of their own. */
export async function serveBackup(t: ExecutionContext, more: Record<string, unknown> = {}) {
  const server = await openServer(t);
  const place = await makeFolder(t);
  const [source, target] = [path.join(place, 'source'), path.join(place, 'destination')];
  await mkdir(path.join(source, 'folder'), { recursive: true });
  await writeFile(path.join(source, 'folder', 'One.txt'), 'one');
  await writeFile(path.join(source, 'two.bin'), 'two');
  const form = makeForm('Documents', { TargetURL: `file://${target}`, Sources: [`${source}/`], Filters: [], ...more });
  const id = memberOf((await server.call('POST', 'v1/backups', form)).body, 'ID');
  /** Starts a job, waits until it has ended. @returns what is told of its task */
  const run = async (call: string, body?: unknown) => {
    const answer = await server.call('POST', call, body);
    const task = memberOf(answer.body, 'ID');
    if (task === '') throw new Error(`${call}: ${answer.status} ${answer.text}`);
    for (;;) {
      const { body: told } = await server.call('GET', `v1/task/${task}`);
      if (['Completed', 'Failed'].includes(memberOf(told, 'Status'))) return told as Told; // the server's own form
      await wait(50);
    }
  };
  return { ...server, id, place, source, target, run };
}

export interface Told {
  Status: string;
  Result?: string;
  ErrorMessage: string | null;
}
