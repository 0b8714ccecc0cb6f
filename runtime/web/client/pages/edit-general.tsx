import { Check, PasswordField, TextField } from '../parts/fields.tsx';
import { texts } from '../texts.ts';
import type { StepProps } from './edit.tsx';

export function GeneralStep({ draft, onChange, faultOf }: StepProps) {
  const { edit } = texts;
  return (
    <>
      <TextField label={edit.name} value={draft.name} onInput={(name) => onChange({ name })} fault={faultOf('name')} />
      <TextField
        label={edit.description}
        value={draft.description}
        onInput={(description) => onChange({ description })}
        lines={2}
      />
      <Check
        label={edit.encrypt}
        hint={edit.encryptHint}
        value={draft.isEncrypted}
        onChange={(isEncrypted) => onChange({ isEncrypted })}
      />
      {draft.isEncrypted && (
        <PasswordField
          label={edit.passphrase}
          kind="off"
          value={draft.passphrase}
          onInput={(passphrase) => onChange({ passphrase })}
          hint={draft.hasPassphrase ? edit.passphraseKept : edit.passphraseHint}
          fault={faultOf('passphrase')}
        />
      )}
    </>
  );
}
