import { object, string } from 'valibot';
import { Notice } from '../parts/notice.tsx';
import { useData } from '../parts/use-data.ts';
import { texts } from '../texts.ts';

const SYSTEM = object({
  ServerVersion: string(),
  MachineName: string(),
  OSVersion: string(),
  UserName: string(),
  ServerTimeZone: string(),
  CLRVersion: string(),
});

export function AboutPage() {
  const { data, trouble } = useData('systeminfo', SYSTEM);
  const facts = data && [
    [texts.about.version, data.ServerVersion],
    [texts.about.machine, data.MachineName],
    [texts.about.system, data.OSVersion],
    [texts.about.account, data.UserName],
    [texts.about.zone, data.ServerTimeZone],
    [texts.about.database, data.CLRVersion],
  ];
  return (
    <>
      <h1>{texts.about.title}</h1>
      <div class="card">
        {trouble && <Notice kind="trouble">{trouble}</Notice>}
        <dl class="facts">
          {facts?.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p>{texts.about.text}</p>
        <p>{texts.about.privacy}</p>
      </div>
    </>
  );
}
