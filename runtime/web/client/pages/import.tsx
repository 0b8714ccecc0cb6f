import type { TargetedSubmitEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { IMPORTED } from '../backups/forms.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Submit } from '../parts/button.tsx';
import { PasswordField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { send } from '../session.ts';
import { texts } from '../texts.ts';

/** Bytes; the server takes no larger ones. */
const LARGEST = 1 << 20;

export function ImportPage() {
  const id = useId();
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState('');
  const [fault, setFault] = useState<string>();
  const attempt = useAttempt();
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wrong = file === undefined ? texts.import.noFile : file.size > LARGEST ? texts.import.tooLarge : undefined;
    setFault(wrong);
    if (file === undefined || wrong !== undefined) return;
    await attempt.run(async () => {
      const config = encodeBase64(new Uint8Array(await file.arrayBuffer()));
      const { Id } = await send('POST', 'backups/import', IMPORTED, { config, passphrase, direct: true });
      location.hash = Id === null ? '#/' : `#/backup/${Id}`;
    });
  };
  return (
    <>
      <h1>{texts.import.title}</h1>
      <div class="card">
        <p>{texts.import.text}</p>
        {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
        <form class="narrow" onSubmit={submit} noValidate>
          <div class="field">
            <label for={id}>{texts.import.file}</label>
            <input
              id={id}
              type="file"
              accept=".json,.aes"
              aria-invalid={fault !== undefined}
              aria-describedby={`${id}-about`}
              onChange={(event) => setFile(event.currentTarget.files?.[0])}
            />
            <p id={`${id}-about`} class="fault" aria-live="polite">
              {fault}
            </p>
          </div>
          <PasswordField label={texts.import.passphrase} kind="off" value={passphrase} onInput={setPassphrase} />
          <Submit label={texts.import.button} isBusy={attempt.isBusy} seconds={attempt.seconds} />
        </form>
      </div>
    </>
  );
}

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
