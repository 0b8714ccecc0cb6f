import { useState } from 'preact/hooks';
import type { Target, TargetKind } from '../backups/target.ts';
import { writeTarget } from '../backups/target.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Choice, PasswordField, TextField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
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

function emptyTarget(kind: TargetKind, old: Target): Target {
  if (kind === 'file') return { kind, path: '' };
  if (kind === 'other') return { kind, url: old.kind === 'file' && old.path === '' ? '' : writeTarget(old) };
  return { kind, server: '', path: '', user: '', password: '', hasPassword: false, host: '' };
}

interface FieldsProps {
  target: Target;
  onChange(target: Target): void;
  fault: string | undefined;
}

function TargetFields({ target, onChange, fault }: FieldsProps) {
  const { edit } = texts;
  if (target.kind === 'file') {
    return (
      <TextField
        label={edit.folder}
        value={target.path}
        onInput={(path) => onChange({ ...target, path })}
        fault={fault}
      />
    );
  }
  if (target.kind === 'other') {
    return (
      <TextField
        label={edit.url}
        value={target.url}
        onInput={(url) => onChange({ ...target, url })}
        hint={edit.urlHint}
        fault={fault}
        lines={3}
      />
    );
  }
  const isS3 = target.kind === 's3';
  return (
    <>
      <TextField
        label={isS3 ? edit.bucket : edit.server}
        value={target.server}
        onInput={(server) => onChange({ ...target, server })}
        fault={fault}
      />
      {isS3 && <TextField label={edit.host} value={target.host} onInput={(host) => onChange({ ...target, host })} />}
      <TextField label={edit.path} value={target.path} onInput={(path) => onChange({ ...target, path })} />
      <TextField
        label={isS3 ? edit.keyId : edit.user}
        value={target.user}
        onInput={(user) => onChange({ ...target, user })}
      />
      <PasswordField
        label={isS3 ? edit.key : edit.password}
        kind="off"
        value={target.password}
        onInput={(password) => onChange({ ...target, password })}
        hint={target.hasPassword && target.password === '' ? edit.passwordKept : undefined}
      />
    </>
  );
}
