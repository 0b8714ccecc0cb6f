import type { Target } from '../backups/target.ts';
import { texts } from '../texts.ts';
import { PasswordField, TextField } from './fields.tsx';

interface FieldsProps {
  target: Target;
  onChange(target: Target): void;
  fault: string | undefined;
}

/** The fields of one kind of destination. */
export function TargetFields({ target, onChange, fault }: FieldsProps) {
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
