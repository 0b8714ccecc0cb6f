import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { array, object, record, string } from 'valibot';
import { readLines } from '../option-lines.ts';
import { useAttempt } from '../parts/attempt.ts';
import { Busy } from '../parts/busy.tsx';
import { Submit } from '../parts/button.tsx';
import { Choice, TextField } from '../parts/fields.tsx';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { send } from '../session.ts';
import { texts } from '../texts.ts';

const VALUES = record(string(), string());
const ZONES = object({ TimeZones: array(object({ ID: string(), DisplayName: string() })) });

/** What is true for the whole server. */
export function SettingsPage() {
  const { data, trouble } = useData('serversettings', VALUES);
  const system = useData('systeminfo', ZONES);
  const fault = trouble ?? system.trouble;
  return (
    <>
      <h1>{texts.settings.title}</h1>
      {fault && <Notice kind="trouble">{fault}</Notice>}
      {!fault && (!data || !system.data) && <Busy />}
      {data && system.data && <SettingsForm stored={data} zones={system.data.TimeZones} />}
    </>
  );
}

interface FormProps {
  stored: Readonly<Record<string, string>>;
  zones: readonly { ID: string; DisplayName: string }[];
}

function SettingsForm({ stored, zones }: FormProps) {
  const options = Object.keys(stored).filter((name) => name.startsWith('--'));
  const [zone, setZone] = useState(stored['server-timezone'] ?? '');
  const [delay, setDelay] = useState(stored['startup-delay'] ?? '');
  const [lines, setLines] = useState(options.map((name) => `${name}=${stored[name]}`).join('\n'));
  const [known, setKnown] = useState(options);
  const [isDone, setDone] = useState(false);
  const attempt = useAttempt();
  const names: Record<string, string> = { '': texts.settings.zoneOfSystem };
  for (const { ID, DisplayName } of zones) names[ID] = DisplayName;
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setDone(false);
    const wanted = Object.fromEntries(readLines(lines).map(({ name, value }) => [`--${name}`, value]));
    const gone = Object.fromEntries(known.filter((name) => !Object.hasOwn(wanted, name)).map((name) => [name, null]));
    const changes = { 'server-timezone': zone, 'startup-delay': delay.trim(), ...gone, ...wanted };
    if (!(await attempt.run(() => send('PATCH', 'serversettings', undefined, changes)))) return;
    setKnown(Object.keys(wanted));
    setDone(true);
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      {attempt.trouble && <Notice kind="trouble">{attempt.trouble}</Notice>}
      {isDone && <Notice kind="good">{texts.settings.saved}</Notice>}
      <Choice label={texts.settings.zone} value={zone} words={names} onChange={setZone} />
      <TextField label={texts.settings.delay} value={delay} onInput={setDelay} hint={texts.settings.delayHint} />
      <TextField
        label={texts.settings.options}
        value={lines}
        onInput={setLines}
        hint={texts.settings.optionsHint}
        lines={5}
      />
      <div class="narrow">
        <Submit label={texts.edit.save} isBusy={attempt.isBusy} seconds={attempt.seconds} />
      </div>
    </form>
  );
}
