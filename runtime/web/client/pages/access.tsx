import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useAttempt } from '../parts/attempt.ts';
import { Submit } from '../parts/button.tsx';
import { AccountName, PasswordField } from '../parts/fields.tsx';
import { useNewPassword } from '../parts/new-password.tsx';
import { Notice } from '../parts/notice.tsx';
import { changePassword } from '../session.ts';
import { texts } from '../texts.ts';
import { SessionList } from './session-list.tsx';

export function AccessPage() {
  const [changes, setChanges] = useState(0);
  return (
    <>
      <h1>{texts.access.title}</h1>
      <p class="lead">{texts.access.lead}</p>
      <SessionList key={changes} />
      <PasswordForm onChanged={() => setChanges(changes + 1)} />
    </>
  );
}

function PasswordForm({ onChanged }: { onChanged(): void }) {
  const [old, setOld] = useState('');
  const [fault, setFault] = useState<string>();
  const [isDone, setDone] = useState(false);
  const chosen = useNewPassword();
  const attempt = useAttempt(({ status }) => (status === 401 ? texts.signIn.wrong : undefined));
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setDone(false);
    setFault(old === '' ? texts.signIn.empty : undefined);
    const isGood = chosen.check();
    if (old === '' || !isGood || attempt.seconds > 0) return;
    if (!(await attempt.run(() => changePassword(old, chosen.password)))) return;
    setOld('');
    chosen.clear();
    setDone(true);
    onChanged();
  };
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{texts.access.password}</h2>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      {isDone && <Notice kind="good">{texts.access.changed}</Notice>}
      <form class="narrow" onSubmit={submit} noValidate>
        <AccountName />
        <PasswordField
          label={texts.access.current}
          kind="current-password"
          value={old}
          onInput={setOld}
          fault={old === '' ? fault : undefined}
        />
        {chosen.fields}
        <Submit label={texts.access.change} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
    </section>
  );
}
