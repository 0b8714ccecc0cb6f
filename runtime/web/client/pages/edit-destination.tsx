import { useState } from 'preact/hooks';
import { emptyTarget, type Target, writeTarget } from '../backups/target.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Choice } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { TargetFields } from '../parts/target-fields.tsx';
import { send } from '../session.ts';
import { texts } from '../texts.ts';
import type { StepProps } from './edit.tsx';

/** Where it goes, with a look whether that works. */
export function DestinationStep({ draft, id, onChange, faultOf }: StepProps) {
  const { target } = draft;
  const [isTested, setTested] = useState(false);
  const attempt = useAttempt();
  const set = (next: Target) => {
    setTested(false);
    onChange({ target: next });
  };
  const test = async () => {
    setTested(false);
    const body = { path: writeTarget(target), ...(id === undefined ? {} : { backupId: id }) };
    setTested(await attempt.run(() => send('POST', 'remoteoperation/test', undefined, body)));
  };
  return (
    <>
      <Choice
        label={texts.edit.kind}
        value={target.kind}
        words={texts.edit.kinds}
        onChange={(kind) => set(emptyTarget(kind, target))}
      />
      <TargetFields target={target} onChange={set} fault={faultOf('target')} />
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      {isTested && <Notice kind="good">{texts.edit.tested}</Notice>}
      <div>
        <button type="button" aria-disabled={attempt.isBusy} onClick={test}>
          {attempt.isBusy ? texts.loading : texts.edit.test}
        </button>
      </div>
    </>
  );
}
