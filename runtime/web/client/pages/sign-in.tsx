import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useAttempt } from '../parts/attempt.ts';
import { Submit } from '../parts/button.tsx';
import { Door } from '../parts/door.tsx';
import { isExposedPage } from '../parts/exposure.tsx';
import { AccountName, Check, PasswordField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { signIn } from '../session.ts';
import { texts } from '../texts.ts';

/** @param why the reason for asking, when there was a session or a link. */
export function SignInPage({ why }: { why?: string }) {
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(false);
  const [fault, setFault] = useState<string>();
  const attempt = useAttempt(({ status }) => (status === 401 ? texts.signIn.wrong : undefined));
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFault(password === '' ? texts.signIn.empty : undefined);
    if (password === '' || attempt.seconds > 0) return;
    const form = event.currentTarget;
    if (!(await attempt.run(() => signIn(password, remember))))
      form.querySelector<HTMLInputElement>('input:not([hidden])')?.select();
  };
  const trouble = attempt.trouble ?? why;
  return (
    <Door title={texts.signIn.title}>
      {isExposedPage() && <Notice kind="trouble">{texts.exposed.page}</Notice>}
      {trouble && <Notice kind={attempt.trouble ? 'trouble' : 'plain'}>{trouble}</Notice>}
      <form onSubmit={submit} noValidate>
        <AccountName />
        <PasswordField
          label={texts.signIn.password}
          kind="current-password"
          value={password}
          onInput={setPassword}
          fault={fault}
          isFirst
        />
        <Check label={texts.signIn.remember} hint={texts.signIn.rememberHint} value={remember} onChange={setRemember} />
        <Submit label={texts.signIn.button} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
      <details>
        <summary>{texts.signIn.forgot}</summary>
        <p>{texts.signIn.forgotText}</p>
      </details>
    </Door>
  );
}
