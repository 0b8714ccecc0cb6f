/** Setting up a backup and all that can be done with it, in a real browser against the real server. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { texts } from '../../../runtime/web/client/texts.ts';
import { startServer } from '../run-program.ts';
import { type Size, stopBrowser, visit } from './browser.ts';

test.after.always(stopBrowser);

const PASSWORD = 'seven green bottles';

for (const [size, scheme] of [
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const satisfies readonly (readonly [Size, 'light' | 'dark'])[]) {
  test(`a backup is added, changed, exported, imported and deleted (${size}, ${scheme})`, async (t) => {
    // Not below /tmp, which may be full of other tests' folders: the tree shows what is there.
    const folder = await mkdtemp('/var/tmp/web-');
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    await mkdir(path.join(folder, 'documents'));
    await writeFile(path.join(folder, 'documents', 'letter.txt'), 'Dear reader');
    const server = await startServer(t, [`--webservice-password=${PASSWORD}`]);
    const origin = `http://127.0.0.1:${server.port}`;
    const { page, look } = await visit(t, origin, { size, scheme });
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

    await page.goto(`${origin}/`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('No backups yet');
    await look('home-empty');

    await page.getByRole('link', { name: 'Add backup' }).click();
    await heading('General');
    await button('Continue').click();
    await page.getByText('Give it a name.').waitFor();
    await look('edit-general-faults');
    await page.getByLabel('Name').fill('Documents');
    await page.getByLabel('Passphrase', { exact: true }).fill('a passphrase of its own');
    await button('Continue').click();

    await heading('Destination');
    await page.getByLabel('Kind of destination').selectOption('ssh');
    await look('edit-destination');
    await page.getByLabel('Server, with its port').fill('nas.local');
    await page.getByLabel('Folder there').fill('backup');
    await page.getByLabel('User name').fill('me');
    await page.getByLabel('Password', { exact: true }).fill('a secret & more');
    await button('Test connection').click();
    await page.getByText('nas.local').first().waitFor();
    await button('Continue').click();

    await heading('Source');
    for (const step of ['/', ...folder.split('/').filter(Boolean)]) {
      // The last one: /var/tmp comes after /tmp.
      await page.locator(`button[aria-label="Open ${step}"][aria-expanded="false"]`).last().click();
      await page.locator(`button[aria-label="Open ${step}"][aria-expanded="true"]`).last().waitFor();
      await page.getByText(texts.loading).waitFor({ state: 'detached' });
    }
    await page.getByRole('checkbox', { name: 'documents', exact: true }).check();
    await page.locator('.chosen').getByText(`${folder}/documents/`).waitFor();
    await page.getByLabel('Rules').fill('-*.tmp');
    await look('edit-source');
    await button('Continue').click();

    await heading('Schedule');
    await page.getByLabel('Next time').fill('2030-01-07T20:00');
    await page.getByRole('checkbox', { name: 'Mon' }).check();
    await look('edit-schedule');
    await button('Continue').click();
    await heading('Options');
    await page.getByLabel('Further options').fill('--throttle-upload=1MB');
    await look('edit-options');
    await button('Save').click();
    await page.getByText('Documents is saved.').waitFor();
    await page.getByText('ssh: nas.local').waitFor();
    await look('home');

    await page.locator('summary').click();
    await page.getByRole('link', { name: 'Edit Documents' }).click();
    await heading('Edit Documents');
    await page.getByLabel('Description').fill('What I write');
    await button('2 Destination').click();
    await page.getByText('One is stored. Leave this empty to keep it.').waitFor();
    await button('Save').click();
    await page.getByText('What I write').waitFor();

    await page.locator('summary').click();
    await button('Export Documents').click();
    await page.getByRole('checkbox', { name: 'With passwords' }).check();
    await button('Download').click();
    await page.getByText('A file with passwords needs a passphrase.').waitFor();
    await look('export');
    await page.getByLabel('Encrypt the file').fill('for the file');
    const downloading = page.waitForEvent('download');
    await button('Download').click();
    const file = path.join(folder, 'config.json.aes');
    await (await downloading).saveAs(file);
    t.is((await readFile(file)).toString('latin1', 0, 3), 'AES');
    await button('Close').click();

    await button('Delete Documents').click();
    await look('delete');
    await button('Delete').click();
    await page.getByText('Documents is deleted.').waitFor();

    await page.getByRole('link', { name: 'Import' }).click();
    await page.getByLabel('Configuration file').setInputFiles(file);
    await page.getByLabel('Passphrase of the file').fill('another');
    await button('Import').click();
    await page.getByText('The passphrase of this configuration is another').waitFor();
    await look('import');
    await page.getByLabel('Passphrase of the file').fill('for the file');
    await button('Import').click();
    await heading('Edit Documents');
    await page.getByText('One is stored. Leave this empty to keep it. Backups').waitFor();
    await button('5 Options').click();
    t.is(await page.getByLabel('Further options').inputValue(), '--throttle-upload=1MB');
    await button('4 Schedule').click();
    t.is(await page.getByLabel('Next time').inputValue(), '2030-01-07T20:00');
    t.true(await page.getByRole('checkbox', { name: 'Mon' }).isChecked());

    await page.getByRole('link', { name: 'Log' }).click();
    await page.getByText('Listening on').waitFor();
    await look('log');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Options of all backups').fill('--throttle-download=2MB');
    await page.getByLabel('Time zone of schedules').selectOption('Europe/Berlin');
    await button('Save').click();
    await page.getByText('The settings are saved.').waitFor();
    await look('settings');
    await page.reload();
    t.is(await page.getByLabel('Options of all backups').inputValue(), '--throttle-download=2MB');
    t.is(await page.getByLabel('Time zone of schedules').inputValue(), 'Europe/Berlin');
    await page.getByRole('link', { name: 'About' }).click();
    await page.getByText('Time zone of the server').waitFor();
    await look('about');
  });
}

test('a paused server says so until it is resumed', async (t) => {
  const server = await startServer(t, [`--webservice-password=${PASSWORD}`]);
  const origin = `http://127.0.0.1:${server.port}`;
  const { page } = await visit(t, origin);
  await page.goto(`${origin}/`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('This server is paused').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  t.is(await page.getByText('This server is paused').count(), 0);
});
