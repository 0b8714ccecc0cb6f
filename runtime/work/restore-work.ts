import type { Work } from '../jobs/run-job.ts';
import { describeRun, writeDuration, writeStamp } from './describe-run.ts';
import { isRecord, readCount, readList } from './read-result.ts';
import { runCommand } from './run-command.ts';

/** Restores the files that were chosen, in the form that clients send: paths, a time, where to. */
export const runRestore: Work = async (document, control) => {
  const { input } = document;
  const text = (name: string) => (typeof input[name] === 'string' ? input[name].trim() : '');
  const paths = Array.isArray(input.paths) ? input.paths.filter((one) => typeof one === 'string' && one !== '') : [];
  const passphrase = text('passphrase') === '' ? {} : { passphrase: String(input.passphrase) };
  const into = text('restore_path');
  // The filters of the backup say what is backed up, not what is restored.
  const ran = await runCommand('restore', { ...document, filters: [] }, control, {
    words: paths,
    options: {
      ...passphrase,
      ...(text('time') === '' ? {} : { time: new Date(text('time')).toISOString() }),
      ...(into === '' ? {} : { 'restore-path': into }),
      ...(input.overwrite === true ? { overwrite: '' } : {}),
      ...(input.permissions === true ? { 'restore-permissions': '' } : {}),
      ...(input.skip_metadata === true ? { 'skip-metadata': '' } : {}),
    },
  });
  const { result } = ran;
  const warnings = [...readList(result, 'shortfalls'), ...readList(result, 'problems')].map((one) =>
    isRecord(one) ? `${one.path ?? one.volume}: ${one.message}` : '',
  );
  const facts = {
    RestoredFiles: readCount(result, 'entries') - readCount(result, 'lost'),
    SizeOfRestoredFiles: readCount(result, 'bytes'),
    RestoredPath: isRecord(result) && typeof result.into === 'string' ? result.into : null,
  };
  const described = describeRun(ran, facts, { warnings });
  return {
    ...described,
    metadata: {
      LastRestoreStarted: writeStamp(ran.began),
      LastRestoreFinished: writeStamp(ran.ended),
      LastRestoreDuration: writeDuration(ran.ended - ran.began),
    },
  };
};
