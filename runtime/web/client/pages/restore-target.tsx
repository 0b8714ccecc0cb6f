import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { array, nullish, number, object, parse, string } from 'valibot';
import type { Task } from '../live.ts';
import { Check, TextField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { Radio } from '../parts/radio.tsx';
import { Running } from '../parts/running.tsx';
import { useTask } from '../parts/use-task.ts';
import { send } from '../session.ts';
import { sayCount, saySize } from '../sizes.ts';
import { texts } from '../texts.ts';

const LOG = array(object({ Message: string() }));
const RESULT = object({
  RestoredFiles: nullish(number()),
  SizeOfRestoredFiles: nullish(number()),
  Warnings: nullish(array(string()), []),
});

interface TargetProps {
  id: string;
  /** Of the version. */
  time: string;
  paths: readonly string[];
}

interface Outcome {
  failed?: string;
  done?: string;
  warnings: readonly string[];
}

/** Where it is restored to, and how that goes. */
export function RestoreTarget({ id, time, paths }: TargetProps) {
  const [place, setPlace] = useState<'original' | 'other'>('other');
  const [folder, setFolder] = useState('');
  const [conflict, setConflict] = useState<'keep' | 'overwrite'>('keep');
  const [permissions, setPermissions] = useState(false);
  const [isTried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const { task, progress, trouble, start } = useTask((ended) => void describe(id, ended).then(setOutcome));
  const { restore } = texts;
  const faults = {
    files: paths.length === 0 ? restore.faults.files : undefined,
    folder: place === 'other' && folder.trim() === '' ? restore.faults.folder : undefined,
  };
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (faults.files !== undefined || faults.folder !== undefined || task !== undefined) return;
    setOutcome(undefined);
    await start(`backup/${id}/restore`, {
      paths,
      time,
      restore_path: place === 'other' ? folder.trim() : '',
      overwrite: conflict === 'overwrite',
      permissions,
    });
  };
  return (
    <section class="card" aria-labelledby="target-title">
      <h2 id="target-title">{restore.to}</h2>
      <form onSubmit={submit} noValidate>
        <Radio<'original' | 'other'>
          label={restore.to}
          isLabelHidden
          value={place}
          words={{ original: restore.original, other: restore.other }}
          onChange={(chosen) => setPlace(chosen)}
        />
        {place === 'other' && (
          <TextField
            label={restore.folder}
            value={folder}
            onInput={setFolder}
            fault={isTried ? faults.folder : undefined}
          />
        )}
        <Radio<'keep' | 'overwrite'>
          label={restore.conflict}
          value={conflict}
          words={{ keep: restore.keepBoth, overwrite: restore.overwrite }}
          onChange={(chosen) => setConflict(chosen)}
        />
        <Check
          label={restore.permissions}
          hint={restore.permissionsHint}
          value={permissions}
          onChange={setPermissions}
        />
        {isTried && faults.files && <p class="fault">{faults.files}</p>}
        {trouble && <Notice kind="trouble">{trouble}</Notice>}
        {outcome?.failed !== undefined && <Notice kind="trouble">{outcome.failed}</Notice>}
        {outcome?.done !== undefined && <Notice kind="good">{outcome.done}</Notice>}
        {outcome && outcome.warnings.length > 0 && (
          <div>
            <p>{restore.warned}</p>
            <ul class="log">
              {outcome.warnings.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        )}
        {task === undefined ? (
          <div>
            <button type="submit" class="primary">
              {restore.button}
            </button>
          </div>
        ) : (
          <Running task={task} progress={progress} />
        )}
      </form>
    </section>
  );
}

/** What became of it; how many files, where the log of the backup says so. */
async function describe(id: string, { Status, ErrorMessage }: Task): Promise<Outcome> {
  if (Status === 'Failed') return { failed: ErrorMessage ?? texts.failed, warnings: [] };
  try {
    const [last] = await send('GET', `backup/${id}/log?pagesize=1`, LOG);
    const { RestoredFiles, SizeOfRestoredFiles, Warnings } = parse(RESULT, JSON.parse(last?.Message ?? ''));
    if (RestoredFiles == null) return { done: texts.restore.doneShort, warnings: Warnings ?? [] };
    const done = texts.restore.done(sayCount(RestoredFiles), saySize(SizeOfRestoredFiles ?? 0));
    return { done, warnings: Warnings ?? [] };
  } catch {
    return { done: texts.restore.doneShort, warnings: [] };
  }
}
