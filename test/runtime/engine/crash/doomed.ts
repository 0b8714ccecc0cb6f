/** `doomed.ts FOLDER OPERATION POINT`: a process that is killed at a point. Prints how many points there were when it lives. */
import { reopenBackup } from '../open-backup.ts';
import { countPoints } from './counted.ts';
import { purgeOf, repairOf } from './operations.ts';

const [folder = '', operation = '', point = ''] = process.argv.slice(2);
const opened = reopenBackup(folder);
const counted = countPoints(opened.place, (reached) => {
  if (reached === Number(point)) process.kill(process.pid, 'SIGKILL');
});
const machine = { disk: counted.disk, sink: counted.sink };
if (operation === 'backup') await opened.backup({ uploadsAtOnce: 1 }, machine);
else if (operation === 'delete') await opened.delete([1, 3], machine);
else if (operation === 'repair') await repairOf(opened, machine);
else if (operation === 'purge') await purgeOf(opened, machine);
else await opened.compact(machine);
process.stdout.write(`${counted.count()}`);
