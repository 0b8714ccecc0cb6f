import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { parse } from 'valibot';
import { openParts } from '../../../runtime/api/parts.ts';
import { BackupForm, readForm } from '../../../runtime/backups/configuration.ts';
import { openLiveLog } from '../../../runtime/log/live-log.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { makeForm } from './open-server.ts';

test('where nothing more can be noted, jobs end, the next begin, and the log says why nothing is kept', async (t) => {
  const { settings, folder, log, lines } = await makeSettings(t);
  const ran: string[] = [];
  const parts = openParts(settings, {
    folder,
    live: openLiveLog(log),
    facts: {},
    engine: (order) => ({
      async run() {
        ran.push(order.operation);
        throw new Error('x'.repeat(100_000));
      },
    }),
  });
  t.teardown(parts.stop);
  const { id } = parts.backups.add(readForm(parse(BackupForm, makeForm('one'))));
  settings.database.exec('PRAGMA max_page_count = 1'); // no page more than there are
  const order = (operation: 'Backup' | 'Verify') => ({ operation, backup: id, input: {} });
  for (const operation of ['Backup', 'Verify'] as const)
    parts.queue.add(order(operation), parts.makeJob(order(operation)));
  while (parts.queue.list().length > 0) await turn();
  t.deepEqual(ran, ['Backup', 'Verify']);
  t.deepEqual(parts.notifications.list(), []);
  t.regex(parts.queue.find(1)?.error ?? '', /^x+$/, 'what it failed of, not what could not be noted');
  t.regex(lines.join(''), /the settings database cannot be written to: .*full/);
});
