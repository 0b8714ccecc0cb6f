import { useEffect, useRef, useState } from 'preact/hooks';
import type { Progress } from '../live.ts';
import { messageOf, send } from '../session.ts';
import { sayCount, saySize } from '../sizes.ts';
import { texts } from '../texts.ts';
import { Notice } from './notice.tsx';

/** How far a job is, and the way to stop it: first after what it has begun, then at once. */
export function Running({ task, progress }: { task: number; progress: Progress | undefined }) {
  const [isStopping, setStopping] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const rate = useRate(progress);
  const stop = async () => {
    setTrouble(undefined);
    const how = isStopping ? 'abort' : 'stop';
    await send('POST', `task/${task}/${how}`, undefined).catch((thrown) => setTrouble(messageOf(thrown)));
    setStopping(true);
  };
  const { running } = texts;
  const phase = running.phases[progress?.Phase ?? ''] ?? running.working;
  const isKnown = progress !== undefined && !progress.StillCounting && progress.TotalFileSize > 0;
  const facts = progress ? describe(progress, rate) : [];
  return (
    <div class="running">
      <div class="headline">
        <p class="phase" role="status">
          {isStopping ? running.stopping : phase}
        </p>
        <button type="button" class={isStopping ? 'danger' : ''} onClick={stop}>
          {isStopping ? running.stopNow : running.stop}
        </button>
      </div>
      <progress aria-label={phase} {...(isKnown ? { value: progress.OverallProgress, max: 1 } : {})} />
      <p class="hint facts-line">{facts.join(' · ')}</p>
      <p class="hint path">{progress?.CurrentFilename ?? progress?.BackendPath ?? ''}</p>
      {trouble && <Notice kind="trouble">{trouble}</Notice>}
    </div>
  );
}

function describe(progress: Progress, rate: number): string[] {
  const { ProcessedFileCount, ProcessedFileSize, TotalFileSize, StillCounting, EstimatedTimeToCompletion } = progress;
  const { running } = texts;
  const facts: string[] = [];
  if (ProcessedFileCount > 0) facts.push(running.files(sayCount(ProcessedFileCount)));
  if (ProcessedFileSize > 0)
    facts.push(
      StillCounting || TotalFileSize === 0
        ? saySize(ProcessedFileSize)
        : running.of(saySize(ProcessedFileSize), saySize(TotalFileSize)),
    );
  if (rate > 0) facts.push(running.rate(saySize(rate)));
  const left = /^(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)/.exec(EstimatedTimeToCompletion ?? '');
  if (left) facts.push(running.left(sayLeft(left)));
  return facts;
}

function sayLeft([, days = '0', hours, minutes, seconds]: RegExpExecArray): string {
  const all = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  if (all < 90) return texts.running.seconds(all);
  return all < 5400 ? texts.running.minutes(Math.round(all / 60)) : texts.running.hours(Math.round(all / 3600));
}

/** Bytes a second, over the last reports. */
function useRate(progress: Progress | undefined): number {
  const seen = useRef<{ at: number; bytes: number }[]>([]);
  const [rate, setRate] = useState(0);
  const bytes = progress?.ProcessedFileSize;
  useEffect(() => {
    if (bytes === undefined) return;
    const now = performance.now();
    seen.current = [...seen.current.filter(({ at }) => now - at < 5000), { at: now, bytes }];
    const [first] = seen.current;
    const seconds = first ? (now - first.at) / 1000 : 0;
    if (first && seconds > 0.5) setRate(Math.max(0, (bytes - first.bytes) / seconds));
  }, [bytes]);
  return rate;
}
