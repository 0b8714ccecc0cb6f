/** `victim.ts FOLDER OPERATION VERSION`: says when it begins, and is killed at any moment after. */
import { reopenBackup } from '../open-backup.ts';

const [folder = '', operation = '', version = ''] = process.argv.slice(2);
const opened = reopenBackup(folder);
process.stdout.write('begins\n');
if (operation === 'backup') await opened.backup();
else if (operation === 'delete') await opened.delete([Number(version)]);
else await opened.compact();
