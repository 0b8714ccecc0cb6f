import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { object, string } from 'valibot';
import type { Row } from '../backups/forms.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Submit } from '../parts/button.tsx';
import { FormDialog } from '../parts/dialog.tsx';
import { Check, PasswordField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { download, send } from '../session.ts';
import { texts } from '../texts.ts';

/** Saves a backup's configuration as a file, with a token that works once. */
export function ExportDialog({ row: { Backup }, onClose }: { row: Row; onClose(): void }) {
  const [hasSecrets, setSecrets] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [fault, setFault] = useState<string>();
  const [isDone, setDone] = useState(false);
  const attempt = useAttempt();
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFault(hasSecrets && passphrase === '' ? texts.export.needed : undefined);
    if (hasSecrets && passphrase === '') return;
    const work = async () => {
      const { Token } = await send('POST', 'auth/issuetoken/export', object({ Token: string() }));
      const query = new URLSearchParams({ 'export-passwords': String(hasSecrets), passphrase, token: Token });
      await download(`backup/${Backup.ID}/export?${query}`, `${Backup.Name}-config.json${passphrase && '.aes'}`);
    };
    setDone(await attempt.run(work));
  };
  return (
    <FormDialog title={texts.export.title(Backup.Name)} onClose={onClose}>
      <p>{texts.export.text}</p>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      {isDone && <Notice kind="good">{texts.export.done}</Notice>}
      <form onSubmit={submit} noValidate>
        <Check label={texts.export.secrets} hint={texts.export.secretsHint} value={hasSecrets} onChange={setSecrets} />
        <PasswordField
          label={texts.export.passphrase}
          kind="off"
          value={passphrase}
          onInput={setPassphrase}
          fault={passphrase === '' ? fault : undefined}
        />
        <Submit label={texts.export.button} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
    </FormDialog>
  );
}
