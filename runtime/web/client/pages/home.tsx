import { useState } from 'preact/hooks';
import { array, nullish, object, string } from 'valibot';
import { LIST, type Row } from '../backups/forms.ts';
import { sayTarget } from '../backups/target.ts';
import { takeNews } from '../news.ts';
import { Busy } from '../parts/busy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { messageOf, send } from '../session.ts';
import { texts } from '../texts.ts';
import { readStamp, sayExactly, sayWhen } from '../times.ts';
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
  const isPaused = state.data?.ProgramState === 'Paused';
  const attempt = async (work: () => Promise<void>) => {
    setTrouble(undefined);
    await work().catch((thrown) => setTrouble(messageOf(thrown)));
  };
  const remove = ({ Backup }: Row) =>
    attempt(async () => {
      setRemoved(undefined);
      await send('DELETE', `backup/${Backup.ID}?delete-local-db=true`, undefined);
      setNews(texts.home.removed(Backup.Name));
      list.reload();
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
          next={state.data?.ProposedSchedule?.find(({ Item1 }) => Item1 === row.Backup.ID)?.Item2}
          onExport={() => setExported(row)}
          onRemove={() => setRemoved(row)}
        />
      ))}
      <p class="hint">{texts.home.engine}</p>
      {exported && <ExportDialog row={exported} onClose={() => setExported(undefined)} />}
      {removed && (
        <Dialog
          title={texts.home.removeTitle(removed.Backup.Name)}
          action={texts.home.remove}
          onAction={() => remove(removed)}
          onClose={() => setRemoved(undefined)}
        >
          <p>{texts.home.removeText}</p>
        </Dialog>
      )}
    </>
  );
}

interface CardProps {
  row: Row;
  next: string | undefined;
  onExport(): void;
  onRemove(): void;
}

function BackupCard({ row: { Backup, Schedule }, next, onExport, onRemove }: CardProps) {
  const { ID, Name, Description, TargetURL, Metadata } = Backup;
  const facts = Metadata ?? {};
  const last = readStamp(facts.LastBackupDate);
  const planned = next ?? Schedule?.Time;
  const sizes = [facts.TargetSizeString, facts.BackupListCount && texts.home.versions(facts.BackupListCount)];
  return (
    <article class="card backup" aria-label={Name}>
      <div class="headline">
        <h2>{Name}</h2>
        <div class="buttons">
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
      </div>
      {Description && <p>{Description}</p>}
      <dl class="facts">
        <div>
          <dt>{texts.home.to}</dt>
          <dd>{sayTarget(TargetURL)}</dd>
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
    </article>
  );
}
