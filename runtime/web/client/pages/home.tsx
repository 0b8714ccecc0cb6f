import { useEffect, useState } from 'preact/hooks';
import { array, nullish, object, string } from 'valibot';
import { LIST, type Row } from '../backups/forms.ts';
import { readState } from '../backups/states.ts';
import { sayTarget } from '../backups/target.ts';
import { type Live, useLive } from '../live.ts';
import { takeNews } from '../news.ts';
import { Busy } from '../parts/busy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Check } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { Running } from '../parts/running.tsx';
import { useData } from '../parts/use-data.ts';
import { messageOf, send } from '../session.ts';
import { texts } from '../texts.ts';
import { sayExactly, sayWhen } from '../times.ts';
import { ExportDialog } from './export.tsx';

const STATE = object({
  ProgramState: string(),
  ProposedSchedule: nullish(array(object({ Item1: string(), Item2: string() })), []),
});

/** Every backup: where it goes, when it ran and runs. */
export function HomePage() {
  const list = useData('backups', LIST, 10);
  const state = useData('serverstate', STATE, 10);
  const [news, setNews] = useState(takeNews);
  const [trouble, setTrouble] = useState<string>();
  const [removed, setRemoved] = useState<Row>();
  const [exported, setExported] = useState<Row>();
  const [removesFiles, setRemovesFiles] = useState(false);
  const live = useLive();
  useEffect(() => {
    if (live.changes === 0) return;
    list.reload();
    state.reload();
  }, [live.changes]);
  const isPaused = live.isConnected ? live.isPaused : state.data?.ProgramState === 'Paused';
  const attempt = async (work: () => Promise<void>) => {
    setTrouble(undefined);
    await work().catch((thrown) => setTrouble(messageOf(thrown)));
  };
  const remove = ({ Backup }: Row) =>
    attempt(async () => {
      setRemoved(undefined);
      const files = removesFiles ? '&delete-remote-files=true' : '';
      await send('DELETE', `backup/${Backup.ID}?delete-local-db=true${files}`, undefined);
      setRemovesFiles(false);
      setNews(texts.home.removed(Backup.Name));
      list.reload();
    });
  const start = ({ Backup }: Row, how: string) =>
    attempt(async () => {
      await send('POST', `backup/${Backup.ID}/${how}`, undefined, how === 'repair' ? {} : undefined);
      setNews(live.active ? texts.home.waiting(Backup.Name) : undefined);
      state.reload();
    });
  const turn = () =>
    attempt(async () => {
      await send('POST', isPaused ? 'serverstate/resume' : 'serverstate/pause', undefined);
      state.reload();
    });
  const faults = trouble ?? list.trouble;
  return (
    <>
      <div class="headline">
        <h1>{texts.home.title}</h1>
        <div class="buttons">
          <button type="button" onClick={turn}>
            {isPaused ? texts.home.resume : texts.home.pause}
          </button>
          <a class="button" href="#/import">
            {texts.home.import}
          </a>
          <a class="button primary" href="#/backup/new">
            {texts.home.add}
          </a>
        </div>
      </div>
      {faults && <Notice kind="trouble">{faults}</Notice>}
      {news && <Notice kind="good">{news}</Notice>}
      {isPaused && <Notice kind="plain">{texts.home.paused}</Notice>}
      {!list.data && !list.trouble && <Busy />}
      {list.data?.length === 0 && (
        <div class="card empty">
          <h2>{texts.home.empty}</h2>
          <p>{texts.home.emptyText}</p>
        </div>
      )}
      {list.data?.map((row) => (
        <BackupCard
          key={row.Backup.ID}
          row={row}
          live={live}
          onStart={(how) => start(row, how)}
          next={state.data?.ProposedSchedule?.find(({ Item1 }) => Item1 === row.Backup.ID)?.Item2}
          onExport={() => setExported(row)}
          onRemove={() => setRemoved(row)}
        />
      ))}
      {exported && <ExportDialog row={exported} onClose={() => setExported(undefined)} />}
      {removed && (
        <Dialog
          title={texts.home.removeTitle(removed.Backup.Name)}
          action={texts.home.remove}
          onAction={() => remove(removed)}
          onClose={() => setRemoved(undefined)}
        >
          <p>{texts.home.removeText}</p>
          <Check
            label={texts.home.removeFiles}
            hint={texts.home.removeFilesHint}
            value={removesFiles}
            onChange={setRemovesFiles}
          />
        </Dialog>
      )}
    </>
  );
}

interface CardProps {
  row: Row;
  next: string | undefined;
  live: Live;
  onStart(how: string): void;
  onExport(): void;
  onRemove(): void;
}

function BackupCard({ row: { Backup, Schedule }, next, live, onStart, onExport, onRemove }: CardProps) {
  const { ID, Name, Description, Metadata } = Backup;
  const facts = Metadata ?? {};
  const { state, last, error } = readState(facts);
  const running = live.active?.backup === ID ? live.active : undefined;
  return (
    <article class="card backup" aria-label={Name}>
      <div class="headline">
        <h2>
          {Name} <span class={`badge ${BADGES[state]}`}>{texts.home.states[state]}</span>
        </h2>
        <div class="buttons">
          {!running && (
            <button
              type="button"
              class="primary"
              aria-label={texts.home.of(texts.home.run, Name)}
              onClick={() => onStart('run')}
            >
              {texts.home.run}
            </button>
          )}
          <a class="button" href={`#/restore/${ID}`} aria-label={texts.home.of(texts.home.restore, Name)}>
            {texts.home.restore}
          </a>
        </div>
      </div>
      {Description && <p>{Description}</p>}
      {error !== undefined && <Notice kind="trouble">{error}</Notice>}
      {running && <Running key={running.task} task={running.task} progress={live.progress} />}
      <Facts row={{ Backup, Schedule }} next={next} last={last} />
      <details class="more">
        <summary aria-label={texts.home.of(texts.home.more, Name)}>{texts.home.more}</summary>
        <div class="buttons">
          <a class="button" href={`#/history/${ID}`} aria-label={texts.home.of(texts.home.history, Name)}>
            {texts.home.history}
          </a>
          {(['verify', 'compact', 'repair'] as const).map((how) => (
            <button
              key={how}
              type="button"
              aria-label={texts.home.of(texts.home[how], Name)}
              onClick={() => onStart(how)}
            >
              {texts.home[how]}
            </button>
          ))}
          <a class="button" href={`#/backup/${ID}`} aria-label={texts.home.of(texts.home.edit, Name)}>
            {texts.home.edit}
          </a>
          <button type="button" aria-label={texts.home.of(texts.home.export, Name)} onClick={onExport}>
            {texts.home.export}
          </button>
          <button type="button" class="danger" aria-label={texts.home.of(texts.home.remove, Name)} onClick={onRemove}>
            {texts.home.remove}
          </button>
        </div>
      </details>
    </article>
  );
}

const BADGES = { new: 'plain', good: '', failed: 'bad' } as const;

function Facts({
  row: { Backup, Schedule },
  next,
  last,
}: {
  row: Row;
  next: string | undefined;
  last: string | undefined;
}) {
  const facts = Backup.Metadata ?? {};
  const planned = next ?? Schedule?.Time;
  const sizes = [facts.TargetSizeString, facts.BackupListCount && texts.home.versions(facts.BackupListCount)];
  return (
    <dl class="facts">
      <div>
        <dt>{texts.home.to}</dt>
        <dd>{sayTarget(Backup.TargetURL)}</dd>
      </div>
      <div>
        <dt>{texts.home.last}</dt>
        <dd>{last === undefined ? texts.home.never : <time dateTime={last}>{sayWhen(last)}</time>}</dd>
      </div>
      <div>
        <dt>{texts.home.next}</dt>
        <dd>
          {planned === undefined ? texts.home.unscheduled : <time dateTime={planned}>{sayExactly(planned)}</time>}
        </dd>
      </div>
      {sizes.some(Boolean) && (
        <div>
          <dt>{texts.home.size}</dt>
          <dd>{sizes.filter(Boolean).join(', ')}</dd>
        </div>
      )}
    </dl>
  );
}
