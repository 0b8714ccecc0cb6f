import test from 'ava';
import { openEvents, waitForEvent } from '../../../runtime/api/events.ts';
import { makeForm, openServer } from './open-server.ts';

test('a client that knows the last event is answered when another has happened', async (t) => {
  const { call } = await openServer(t);
  const lastOf = async (query = '') => {
    const { status, body } = await call('GET', `v1/serverstate${query}`);
    t.is(status, 200);
    return (body as { LastEventID: number }).LastEventID; // as the route writes it
  };
  const first = await lastOf();
  const poll = (id: number) => `?lastEventId=${id}&longpoll=true&duration=299s`;
  let isAnswered = false;
  const waiting = lastOf(poll(first)).finally(() => {
    isAnswered = true;
  });
  t.is(await lastOf(), first);
  t.is(await lastOf('?longpoll=false'), first);
  t.false(isAnswered, 'nothing has happened');
  await call('POST', 'v1/backups', makeForm('one'));
  const second = await waiting;
  t.true(second > first);
  t.is(await lastOf(poll(first)), second, 'it has missed one');
});

test('a poll without its event, or with a duration that is none or too long, is refused', async (t) => {
  const { call } = await openServer(t);
  for (const query of [
    'longpoll=true&duration=30s',
    'longpoll=true&lastEventId=1',
    'longpoll=true&lastEventId=x&duration=30s',
    'longpoll=true&lastEventId=1&duration=soon',
    'longpoll=true&lastEventId=1&duration=9s',
    'longpoll=true&lastEventId=1&duration=2h',
  ])
    t.is((await call('GET', `v1/serverstate?${query}`)).status, 400, query);
});

test('waiting ends with the time and with the client, and progress alone is no event', async (t) => {
  const listeners = new Set<unknown>();
  const events = openEvents();
  const watched: typeof events = {
    ...events,
    listen(listener) {
      listeners.add(listener);
      const stop = events.listen(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
  };
  const client = new AbortController();
  await waitForEvent(watched, 0, 1, client.signal);
  const waiting = waitForEvent(watched, 0, 1_000_000, client.signal);
  t.is(listeners.size, 1);
  events.emit('progress');
  t.is(listeners.size, 1);
  client.abort();
  await waiting;
  t.is(listeners.size, 0);
  await waitForEvent(watched, 0, 1_000_000, client.signal);
});
