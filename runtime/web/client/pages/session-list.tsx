import { useEffect, useState } from 'preact/hooks';
import { array, boolean, type InferOutput, object, string } from 'valibot';
import { Busy } from '../parts/busy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { messageOf, send } from '../session.ts';
import { texts } from '../texts.ts';
import { sayExactly, sayWhen } from '../times.ts';
import { sayClient } from '../user-agent.ts';

const SESSIONS = array(
  object({
    ID: string(),
    Name: string(),
    Kind: string(),
    Created: string(),
    LastUsed: string(),
    Expires: string(),
    IsCurrent: boolean(),
  }),
);
type Session = InferOutput<typeof SESSIONS>[number];

/** Who is signed in, this browser first. */
export function SessionList() {
  const [sessions, setSessions] = useState<readonly Session[]>();
  const [trouble, setTrouble] = useState<string>();
  const [done, setDone] = useState<string>();
  const [asked, setAsked] = useState<Session>();
  const load = async () => {
    const list = await send('GET', 'auth/sessions', SESSIONS);
    setSessions(list.sort((a, b) => Number(b.IsCurrent) - Number(a.IsCurrent)));
  };
  const end = async (ended: readonly Session[], said: string) => {
    setAsked(undefined);
    try {
      for (const { ID } of ended) await send('DELETE', `auth/session/${encodeURIComponent(ID)}`, undefined);
      setDone(said);
      setTrouble(undefined);
      await load();
    } catch (thrown) {
      setTrouble(messageOf(thrown));
    }
  };
  useEffect(() => {
    load().catch((thrown) => setTrouble(messageOf(thrown)));
  }, []);
  const others = (sessions ?? []).filter(({ IsCurrent, Kind }) => !IsCurrent && Kind === 'browser');
  return (
    <section class="card" aria-labelledby="sessions-title">
      <div class="headline">
        <h2 id="sessions-title">{texts.access.sessions}</h2>
        {others.length > 1 && (
          <button type="button" onClick={() => end(others, texts.access.othersEnded)}>
            {texts.access.endOthers}
          </button>
        )}
      </div>
      <p>{texts.access.sessionsText}</p>
      {trouble && <Notice kind="trouble">{trouble}</Notice>}
      {done && <Notice kind="good">{done}</Notice>}
      {!sessions && !trouble && <Busy />}
      <ul class="rows">
        {sessions?.map((session) => (
          <SessionRow
            key={session.ID}
            session={session}
            onEnd={() =>
              session.Kind === 'forever'
                ? setAsked(session)
                : end([session], texts.access.ended(sayClient(session.Name)))
            }
          />
        ))}
      </ul>
      {asked && (
        <Dialog
          title={texts.access.endToken}
          action={texts.access.end}
          onAction={() => end([asked], texts.access.ended(asked.Name))}
          onClose={() => setAsked(undefined)}
        >
          <p>{texts.access.endTokenText}</p>
        </Dialog>
      )}
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: Session; onEnd(): void }) {
  const { Name, Kind, Created, LastUsed, Expires, IsCurrent } = session;
  const client = sayClient(Name);
  return (
    <li>
      <div>
        <p class="name" title={Name}>
          {client}
          {IsCurrent && <span class="badge">{texts.access.here}</span>}
          {Kind === 'forever' && <span class="badge plain">{texts.access.token}</span>}
        </p>
        <p class="hint">
          <time dateTime={LastUsed} title={sayExactly(LastUsed)}>
            {texts.access.lastUsed(sayWhen(LastUsed))}
          </time>
          {' · '}
          <time dateTime={Created} title={sayExactly(Created)}>
            {texts.access.since(sayExactly(Created))}
          </time>
          {' · '}
          <time dateTime={Expires} title={sayExactly(Expires)}>
            {texts.access.ends(sayWhen(Expires))}
          </time>
        </p>
      </div>
      {!IsCurrent && (
        <button type="button" aria-label={texts.access.endNamed(client)} onClick={onEnd}>
          {texts.access.end}
        </button>
      )}
    </li>
  );
}
