import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { VERSIONS, type Version } from '../backups/contents.ts';
import { WHOLE } from '../backups/forms.ts';
import type { Task } from '../live.ts';
import { Busy } from '../parts/busy.tsx';
import { FoundFiles } from '../parts/found-files.tsx';
import { Notice } from '../parts/notice.tsx';
import { Running } from '../parts/running.tsx';
import { useData } from '../parts/use-data.ts';
import { useTask } from '../parts/use-task.ts';
import { VersionTree } from '../parts/version-tree.tsx';
import { sayCount, saySize } from '../sizes.ts';
import { texts } from '../texts.ts';
import { sayExactly } from '../times.ts';
import { RestoreTarget } from './restore-target.tsx';

/** What of a backup to restore, from which version, where to. @param id of a stored or a temporary backup */
export function RestoreFilesPage({ id }: { id: string }) {
  const { data, trouble } = useData(`backup/${id}`, WHOLE);
  const isTemporary = !/^\d+$/.test(id);
  return (
    <>
      <h1>{data && !isTemporary ? texts.restore.titleOf(data.Backup.Name) : texts.restore.title}</h1>
      {trouble && <Notice kind="trouble">{trouble}</Notice>}
      {data && (isTemporary ? <Reading id={id} /> : <Choosing id={id} />)}
    </>
  );
}

/** A destination that this machine does not know is read first. */
function Reading({ id }: { id: string }) {
  const [ended, setEnded] = useState<Task>();
  const { task, progress, trouble, start } = useTask(setEnded);
  useEffect(() => void start(`backup/${id}/repairupdate`, {}), [id]);
  const failed = trouble ?? (ended?.Status === 'Failed' ? (ended.ErrorMessage ?? texts.failed) : undefined);
  if (ended && !failed) return <Choosing id={id} />;
  return (
    <section class="card">
      <h2>{texts.restore.reading}</h2>
      <p class="hint">{texts.restore.readingText}</p>
      {failed && <Notice kind="trouble">{failed}</Notice>}
      {task !== undefined && <Running task={task} progress={progress} />}
      {failed && (
        <div>
          <a class="button" href="#/restore">
            {texts.edit.back}
          </a>
        </div>
      )}
    </section>
  );
}

function Choosing({ id }: { id: string }) {
  const { data, trouble } = useData(`backup/${id}/filesets?include-metadata=true`, VERSIONS);
  if (trouble) return <Notice kind="trouble">{trouble}</Notice>;
  if (!data) return <Busy />;
  const [newest] = data;
  return newest ? <Files id={id} versions={data} newest={newest} /> : <p>{texts.restore.noVersions}</p>;
}

function Files({ id, versions, newest }: { id: string; versions: readonly Version[]; newest: Version }) {
  const [time, setTime] = useState(newest.Time);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const [pattern, setPattern] = useState('');
  const toggle = (path: string) =>
    setChosen(
      chosen.includes(path)
        ? chosen.filter((one) => one !== path)
        : [...chosen.filter((one) => !(/[/\\]$/.test(path) && one.startsWith(path))), path],
    );
  const search = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setPattern(typed.trim());
  };
  return (
    <>
      <section class="card" aria-labelledby="files-title">
        <div class="field">
          <label for="version">{texts.restore.version}</label>
          <select
            id="version"
            value={time}
            onChange={(event) => {
              setTime(event.currentTarget.value);
              setChosen([]);
            }}
          >
            {versions.map((version) => (
              <option key={version.Time} value={version.Time}>
                {sayVersion(version)}
              </option>
            ))}
          </select>
        </div>
        <search>
          <form class="beside" onSubmit={search}>
            <div class="field">
              <label for="search">{texts.restore.search}</label>
              <input
                id="search"
                type="search"
                value={typed}
                aria-describedby="search-hint"
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            </div>
            <button type="submit">{texts.restore.searchButton}</button>
          </form>
        </search>
        <p class="hint" id="search-hint">
          {texts.restore.searchHint}
        </p>
        <div class="headline">
          <h2 id="files-title">{texts.restore.files}</h2>
          {chosen.length > 0 && <span class="badge plain">{texts.restore.chosen(chosen.length)}</span>}
        </div>
        <p class="hint">{texts.restore.filesHint}</p>
        {pattern === '' ? (
          <VersionTree key={time} backup={id} time={time} chosen={chosen} onToggle={toggle} />
        ) : (
          <>
            <FoundFiles backup={id} time={time} pattern={pattern} chosen={chosen} onToggle={toggle} />
            <div>
              <button type="button" onClick={() => setPattern('')}>
                {texts.restore.clear}
              </button>
            </div>
          </>
        )}
      </section>
      <RestoreTarget id={id} time={time} paths={chosen} />
    </>
  );
}

function sayVersion({ Time, FileCount, FileSizes, IsFullBackup }: Version): string {
  const text = texts.restore.versionOf(sayExactly(Time), sayCount(FileCount), saySize(FileSizes));
  return IsFullBackup === 1 ? text : `${text}, ${texts.restore.partial}`;
}
