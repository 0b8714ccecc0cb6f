import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { CREATED, LIST } from '../backups/forms.ts';
import { emptyTarget, sayTarget, type Target, writeTarget } from '../backups/target.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Busy } from '../parts/busy.tsx';
import { Submit } from '../parts/button.tsx';
import { Choice, PasswordField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { TargetFields } from '../parts/target-fields.tsx';
import { useData } from '../parts/use-data.ts';
import { send } from '../session.ts';
import { texts } from '../texts.ts';

/** From where: a backup of this server, or straight from a destination. */
export function RestorePage() {
  const { data, trouble } = useData('backups', LIST);
  return (
    <>
      <h1>{texts.restore.title}</h1>
      <p class="lead">{texts.restore.lead}</p>
      <section class="card" aria-labelledby="stored-title">
        <h2 id="stored-title">{texts.restore.stored}</h2>
        {trouble && <Notice kind="trouble">{trouble}</Notice>}
        {!data && !trouble && <Busy />}
        {data?.length === 0 && <p class="hint">{texts.restore.none}</p>}
        <ul class="rows">
          {data?.map(({ Backup: { ID, Name, TargetURL } }) => (
            <li key={ID}>
              <div>
                <p class="name">{Name}</p>
                <p class="hint">{sayTarget(TargetURL)}</p>
              </div>
              <a class="button" href={`#/restore/${ID}`} aria-label={texts.home.of(texts.home.restore, Name)}>
                {texts.home.restore}
              </a>
            </li>
          ))}
        </ul>
      </section>
      <Direct />
    </>
  );
}

/** A backup that is not stored: its address and its passphrase. */
function Direct() {
  const [target, setTarget] = useState<Target>({ kind: 'file', path: '' });
  const [passphrase, setPassphrase] = useState('');
  const [fault, setFault] = useState<string>();
  const attempt = useAttempt();
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const url = writeTarget(target);
    const isEmpty = /^[a-z0-9]*(:\/\/)?$/i.test(url);
    setFault(isEmpty ? texts.edit.faults.target : undefined);
    if (isEmpty) return;
    await attempt.run(async () => {
      const secret =
        passphrase === '' ? { Name: 'no-encryption', Value: 'true' } : { Name: 'passphrase', Value: passphrase };
      const Backup = {
        ID: null,
        Name: texts.restore.direct,
        TargetURL: url,
        Sources: [],
        Settings: [secret],
        Filters: [],
      };
      const { ID } = await send('POST', 'backups?temporary=true', CREATED, { Backup, Schedule: null });
      location.hash = `#/restore/${ID}`;
    });
  };
  return (
    <section class="card" aria-labelledby="direct-title">
      <h2 id="direct-title">{texts.restore.direct}</h2>
      <p class="hint">{texts.restore.directText}</p>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      <form class="narrow" onSubmit={submit} noValidate>
        <Choice
          label={texts.edit.kind}
          value={target.kind}
          words={texts.edit.kinds}
          onChange={(kind) => setTarget(emptyTarget(kind, target))}
        />
        <TargetFields target={target} onChange={setTarget} fault={fault} />
        <PasswordField label={texts.restore.passphrase} kind="off" value={passphrase} onInput={setPassphrase} />
        <Submit label={texts.restore.look} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
    </section>
  );
}
