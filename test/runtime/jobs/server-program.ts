import { setTimeout as wait } from 'node:timers/promises';
import { startChild } from './child.ts';

// Stands in for a server that is killed while its job runs: prints the process of the job.
const does = process.argv[2];
const { reports, heard } = startChild({ does });
if (does === 'spin') {
  await reports('spinning');
  await wait(400); // by now it does nothing else
}
const pid = does === 'spin' ? await findChild() : await reports('waits');
process.stdout.write(`${pid}\n`);
setInterval(() => heard.length, 1000);

async function findChild(): Promise<number> {
  const { readFileSync } = await import('node:fs');
  return Number(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ')[0]);
}
