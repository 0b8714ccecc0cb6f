import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useAttempt } from '../parts/attempt.ts';
import { Submit } from '../parts/button.tsx';
import { Door } from '../parts/door.tsx';
import { AccountName, Check } from '../parts/fields.tsx';
import { useNewPassword } from '../parts/new-password.tsx';
import { Notice } from '../parts/notice.tsx';
import { askForLink, claim } from '../session.ts';
import { texts } from '../texts.ts';

/** A server without a password: with its link one is chosen, without it the page tells where the link is. */
export function ClaimPage({ link }: { link: string | undefined }) {
  const [isEnded, setEnded] = useState(false);
  if (link === undefined || isEnded) return <WaitingPage isEnded={isEnded} />;
  return <ChoosePage link={link} onEnded={() => setEnded(true)} />;
}

function ChoosePage({ link, onEnded }: { link: string; onEnded(): void }) {
  const chosen = useNewPassword();
  const [remember, setRemember] = useState(false);
  const attempt = useAttempt((refused) => {
    if (refused.status === 401) onEnded();
    return undefined;
  });
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (chosen.check()) await attempt.run(() => claim(link, chosen.password, remember));
    else form.querySelector<HTMLInputElement>('input:not([hidden])')?.focus();
  };
  return (
    <Door title={texts.claim.title}>
      <p>{texts.claim.text}</p>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      <form onSubmit={submit} noValidate>
        <AccountName />
        {chosen.fields}
        <Check label={texts.signIn.remember} hint={texts.signIn.rememberHint} value={remember} onChange={setRemember} />
        <Submit label={texts.claim.button} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
    </Door>
  );
}

function WaitingPage({ isEnded }: { isEnded: boolean }) {
  const [isWritten, setWritten] = useState(false);
  const attempt = useAttempt(({ status, retryAfter }) =>
    status === 429 ? texts.claim.justWritten(retryAfter) : undefined,
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    setWritten(false);
    setWritten(await attempt.run(askForLink));
  };
  return (
    <Door title={texts.claim.noLinkTitle}>
      {isEnded && !isWritten && !attempt.trouble && <Notice kind="trouble">{texts.claim.linkEnded}</Notice>}
      <p>{texts.claim.noLink}</p>
      <dl class="places">
        {texts.claim.places.map(({ where, how }) => (
          <div key={where}>
            <dt>{where}</dt>
            <dd>
              <code>{how}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">{texts.claim.lasts}</p>
      {attempt.trouble && <Notice kind="plain">{attempt.trouble}</Notice>}
      {isWritten && <Notice kind="good">{texts.claim.written}</Notice>}
      <form onSubmit={submit}>
        <Submit label={texts.claim.fresh} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </form>
    </Door>
  );
}
