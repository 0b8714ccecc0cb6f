import { useEffect, useRef, useState } from 'preact/hooks';
import { array, type InferOutput, number, object, string } from 'valibot';
import { Choice } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { messageOf, send } from '../session.ts';
import { texts } from '../texts.ts';
import { sayExactly } from '../times.ts';

const NOTIFICATIONS = array(
  object({ ID: number(), Type: string(), Title: string(), Message: string(), Timestamp: string() }),
);
const LINES = array(object({ ID: number(), When: string(), Type: string(), Message: string() }));
type Line = InferOutput<typeof LINES>[number];
/** Lines that are kept; the oldest go. */
const MOST = 500;
type Level = keyof typeof texts.log.levels;

export function LogPage() {
  return (
    <>
      <h1>{texts.log.title}</h1>
      <Notifications />
      <LiveLog />
    </>
  );
}

function Notifications() {
  const { data, trouble, reload } = useData('notifications', NOTIFICATIONS, 10);
  const [failed, setFailed] = useState<string>();
  const dismiss = async (id: number) => {
    await send('DELETE', `notification/${id}`, undefined).catch((thrown) => setFailed(messageOf(thrown)));
    reload();
  };
  return (
    <section class="card" aria-labelledby="notifications-title">
      <h2 id="notifications-title">{texts.log.notifications}</h2>
      {(failed ?? trouble) && <Notice kind="trouble">{failed ?? trouble}</Notice>}
      {data?.length === 0 && <p class="hint">{texts.log.none}</p>}
      <ul class="rows">
        {data?.map(({ ID, Type, Title, Message, Timestamp }) => (
          <li key={ID}>
            <div>
              <p class="name">
                {Title}
                <span class={`badge ${Type === 'Information' ? 'plain' : 'bad'}`}>{Type}</span>
              </p>
              <p>{Message}</p>
              <p class="hint">{sayExactly(Timestamp)}</p>
            </div>
            <button type="button" aria-label={texts.log.dismissNamed(Title)} onClick={() => dismiss(ID)}>
              {texts.log.dismiss}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function LiveLog() {
  const [level, setLevel] = useState<Level>('Information');
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const after = useRef(0);
  useEffect(() => {
    let isGone = false;
    after.current = 0;
    setLines([]);
    const load = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const more = await send('GET', `logdata/poll?level=${level}&id=${after.current}&pagesize=100`, LINES);
        if (isGone) return;
        setTrouble(undefined);
        const fresh = more.filter(({ ID }) => ID > after.current).sort((a, b) => a.ID - b.ID);
        after.current = fresh.at(-1)?.ID ?? after.current;
        if (fresh.length > 0) setLines((old) => [...old, ...fresh].slice(-MOST));
      } catch (thrown) {
        if (!isGone) setTrouble(messageOf(thrown));
      }
    };
    void load();
    const timer = setInterval(load, 2000);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [level]);
  return (
    <section class="card" aria-labelledby="live-title">
      <div class="headline">
        <h2 id="live-title">{texts.log.live}</h2>
        <Choice<Level>
          label={texts.log.level}
          value={level}
          words={texts.log.levels}
          onChange={(chosen) => setLevel(chosen)}
        />
      </div>
      {trouble && <Notice kind="trouble">{trouble}</Notice>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div class="log" role="log" aria-labelledby="live-title" tabIndex={0}>
        {lines.length === 0 && <p class="hint">{texts.log.quiet}</p>}
        {lines.toReversed().map(({ ID, When, Type, Message }) => (
          <p key={ID} class={Type.toLowerCase()}>
            <time dateTime={When}>{new Date(When).toLocaleTimeString()}</time> <b>{Type}</b> {Message}
          </p>
        ))}
      </div>
    </section>
  );
}
