import test from 'ava';
import { makeForm, openServer } from './open-server.ts';
import { memberOf } from './replay.ts';

const SCHEDULE = { Time: '2026-01-01T13:00:00Z', Repeat: '1D', AllowedDays: ['mon'] };

test('what is planned is told, in the time zone of the settings', async (t) => {
  const { call } = await openServer(t);
  t.is((await call('PATCH', 'v1/serversettings', { 'server-timezone': 'Nowhere/Town' })).status, 400);
  t.is((await call('PATCH', 'v1/serversettings', { 'server-timezone': 'Europe/Berlin' })).status, 200);
  await call('POST', 'v1/backups', { ...makeForm('one'), Schedule: SCHEDULE });
  await call('POST', 'v1/backups', makeForm('two'));
  const { body } = await call('GET', 'v1/serverstate');
  const { ProposedSchedule } = body as { ProposedSchedule: { Item1: string; Item2: string }[] }; // as the route writes it
  t.is(ProposedSchedule.length, 1);
  const at = new Date(ProposedSchedule[0]!.Item2);
  t.is(at.getUTCDay(), 1);
  t.true(at.getTime() > Date.now());
});

test('times that no calendar has, and intervals that are none, are refused', async (t) => {
  const { call } = await openServer(t);
  for (const Schedule of [
    { ...SCHEDULE, Time: '+275760-09-13T00:00:00Z' },
    { ...SCHEDULE, Time: '-000001-01-01T00:00:00Z' },
    { ...SCHEDULE, Time: 'soon' },
    { ...SCHEDULE, Repeat: 'daily' },
    { ...SCHEDULE, LastRun: '' },
  ])
    t.is((await call('POST', 'v1/backups', { ...makeForm('one'), Schedule })).status, 400, JSON.stringify(Schedule));
  const extremes = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
  for (const [index, Time] of extremes.entries()) {
    const { body } = await call('POST', 'v1/backups', {
      ...makeForm(`x${index}`),
      Schedule: { ...SCHEDULE, Time, Repeat: '1W' },
    });
    t.not(memberOf(body, 'ID'), '');
  }
  t.is((await call('GET', 'v1/serverstate')).status, 200);
});

test('sign-in links are not in the log that the API shows', async (t) => {
  const { call, lines } = await openServer(t, undefined, '');
  t.regex(lines.join(''), /signin\.html\?token=/);
  const { text, status } = await call('GET', 'v1/logdata/poll?level=ExplicitOnly');
  t.is(status, 200);
  t.regex(text, /Listening on/);
  t.notRegex(text, /signin\.html|token=/);
});
