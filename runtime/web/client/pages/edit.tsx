import { useEffect, useRef, useState } from 'preact/hooks';
import { type Draft, emptyDraft, findFaults, readDraft, writeDraft } from '../backups/draft.ts';
import { CREATED, WHOLE } from '../backups/forms.ts';
import { leaveNews } from '../news.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Busy } from '../parts/busy.tsx';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { send } from '../session.ts';
import { texts } from '../texts.ts';
import { DestinationStep } from './edit-destination.tsx';
import { GeneralStep } from './edit-general.tsx';
import { OptionsStep } from './edit-options.tsx';
import { ScheduleStep } from './edit-schedule.tsx';
import { SourceStep } from './edit-source.tsx';

/** What each step is given. */
export interface StepProps {
  draft: Draft;
  /** Identifier of the backup, when it exists. */
  id: string | undefined;
  onChange(change: Partial<Draft>): void;
  /** What is wrong with a field, once somebody tried to go on. */
  faultOf(field: keyof typeof texts.edit.faults): string | undefined;
}

const STEPS = [GeneralStep, DestinationStep, SourceStep, ScheduleStep, OptionsStep];

/** @param id of the backup to change; a new one without it. */
export function EditPage({ id }: { id?: string }) {
  return id === undefined ? <Wizard start={emptyDraft()} /> : <Loader id={id} />;
}

function Loader({ id }: { id: string }) {
  const { data, trouble } = useData(`backup/${id}`, WHOLE);
  if (trouble) return <Notice kind="trouble">{trouble}</Notice>;
  return data ? <Wizard start={readDraft(data)} id={id} /> : <Busy />;
}

function Wizard({ start, id }: { start: Draft; id?: string }) {
  const [draft, setDraft] = useState(start);
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(-1);
  const title = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  const attempt = useAttempt();
  const faults = findFaults(draft);
  const Step = STEPS[step]!; // a step is one of these
  useEffect(() => {
    if (!isFirst.current) title.current?.focus();
    isFirst.current = false;
    void step;
  }, [step]);
  const goTo = (wanted: number) => {
    const wrong = faults.find((fault) => fault.step < wanted);
    setTried(Math.max(tried, wanted - 1));
    setStep(wrong?.step ?? wanted);
  };
  const save = async () => {
    setTried(STEPS.length);
    const [wrong] = faults;
    if (wrong) return setStep(wrong.step);
    const body = writeDraft(draft);
    const work = async () => {
      if (id === undefined) await send('POST', 'backups', CREATED, body);
      else await send('PUT', `backup/${id}`, undefined, body);
    };
    if (!(await attempt.run(work))) return;
    leaveNews(texts.edit.saved(draft.name));
    location.hash = '#/';
  };
  const isLast = step === STEPS.length - 1;
  return (
    <>
      <h1>{id === undefined ? texts.edit.titleNew : texts.edit.title(start.name)}</h1>
      <nav class="steps" aria-label={texts.edit.stepsLabel}>
        <ol>
          {texts.edit.steps.map((name, index) => (
            <li key={name}>
              <button
                type="button"
                class="quiet"
                {...(index === step ? { 'aria-current': 'step' as const } : {})}
                onClick={() => goTo(index)}
              >
                <span class="number">{index + 1}</span>
                <span class="name">{name}</span>
              </button>
            </li>
          ))}
        </ol>
      </nav>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isLast) void save();
          else goTo(step + 1);
        }}
      >
        <h2 tabIndex={-1} ref={title}>
          {texts.edit.steps[step]}
        </h2>
        <Step
          draft={draft}
          id={id}
          onChange={(change) => setDraft({ ...draft, ...change })}
          faultOf={(field) =>
            tried >= step && faults.some((fault) => fault.step === step && fault.field === field)
              ? texts.edit.faults[field]
              : undefined
          }
        />
        <div class="buttons">
          {step > 0 && (
            <button type="button" onClick={() => setStep(step - 1)}>
              {texts.edit.back}
            </button>
          )}
          {id !== undefined && !isLast && (
            <button type="button" onClick={save}>
              {texts.edit.save}
            </button>
          )}
          <button type="submit" class="primary" aria-disabled={attempt.isBusy}>
            {isLast ? texts.edit.save : texts.edit.next}
          </button>
        </div>
      </form>
    </>
  );
}
