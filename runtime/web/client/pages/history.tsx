import { array, type InferOutput, nullish, number, object, parse, string } from 'valibot';
import { WHOLE } from '../backups/forms.ts';
import { Busy } from '../parts/busy.tsx';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { sayCount, saySize } from '../sizes.ts';
import { texts } from '../texts.ts';
import { sayExactly } from '../times.ts';

const LOG = array(object({ ID: number(), Timestamp: number(), Message: string() }));
const RESULT = object({
  MainOperation: nullish(string(), ''),
  ParsedResult: nullish(string(), ''),
  Duration: nullish(string(), ''),
  ExaminedFiles: nullish(number()),
  SizeOfExaminedFiles: nullish(number()),
  AddedFiles: nullish(number()),
  ModifiedFiles: nullish(number()),
  RestoredFiles: nullish(number()),
  SizeOfRestoredFiles: nullish(number()),
  Warnings: nullish(array(string()), []),
  Errors: nullish(array(string()), []),
  BackendStatistics: nullish(object({ BytesUploaded: nullish(number()) })),
});
type Result = InferOutput<typeof RESULT>;

/** What ran for a backup, and how it went. */
export function HistoryPage({ id }: { id: string }) {
  const whole = useData(`backup/${id}`, WHOLE);
  const { data, trouble } = useData(`backup/${id}/log?pagesize=100`, LOG, 5);
  const { history } = texts;
  return (
    <>
      <h1>{history.title(whole.data?.Backup.Name ?? '')}</h1>
      <p class="lead">
        <a href="#/">{history.back}</a>
      </p>
      {trouble && <Notice kind="trouble">{trouble}</Notice>}
      {!data && !trouble && <Busy />}
      {data?.length === 0 && <p class="hint">{history.none}</p>}
      {data?.map(({ ID, Timestamp, Message }) => (
        <Run key={ID} time={new Date(Timestamp * 1000).toISOString()} result={readResult(Message)} />
      ))}
    </>
  );
}

function Run({ time, result }: { time: string; result: Result }) {
  const { history } = texts;
  const { MainOperation, ParsedResult, Warnings, Errors } = result;
  const isGood = ParsedResult === 'Success';
  const lines = [...(Errors ?? []), ...(Warnings ?? [])];
  return (
    <article class="card run">
      <div class="headline">
        <h2>{history.operations[MainOperation ?? ''] ?? MainOperation}</h2>
        <span class={`badge ${isGood ? '' : 'bad'}`}>{history.results[ParsedResult ?? ''] ?? ParsedResult}</span>
      </div>
      <p class="hint">{[sayExactly(time), ...describe(result)].join(' · ')}</p>
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <div class="log" tabIndex={0} role="log" aria-label={history.results[ParsedResult ?? '']}>
          {lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
    </article>
  );
}

function describe(result: Result): string[] {
  const { history } = texts;
  const facts: string[] = [];
  const { ExaminedFiles, RestoredFiles, Duration, BackendStatistics } = result;
  if (ExaminedFiles != null) {
    facts.push(history.examined(sayCount(ExaminedFiles), saySize(result.SizeOfExaminedFiles ?? 0)));
    facts.push(history.changed(sayCount(result.AddedFiles ?? 0), sayCount(result.ModifiedFiles ?? 0)));
    facts.push(history.uploaded(saySize(BackendStatistics?.BytesUploaded ?? 0)));
  }
  if (RestoredFiles != null)
    facts.push(history.restored(sayCount(RestoredFiles), saySize(result.SizeOfRestoredFiles ?? 0)));
  const [time] = /^[\d.]*\d\d:\d\d:\d\d/.exec(Duration ?? '') ?? [];
  if (time !== undefined) facts.push(history.took(time));
  return facts;
}

function readResult(text: string): Result {
  try {
    return parse(RESULT, JSON.parse(text));
  } catch {
    return parse(RESULT, {});
  }
}
