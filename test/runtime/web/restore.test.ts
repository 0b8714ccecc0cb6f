/** A backup runs and its files come back, in a real browser against the real server. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { startServer } from '../run-program.ts';
import { type Size, stopBrowser, visit } from './browser.ts';

test.after.always(stopBrowser);

const PASSWORD = 'seven green bottles';

for (const [size, scheme] of [
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const satisfies readonly (readonly [Size, 'light' | 'dark'])[]) {
  test(`a backup is made, run and watched; one file and all are restored, also straight from the destination (${size}, ${scheme})`, async (t) => {
    const folder = await mkdtemp('/var/tmp/web-');
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const [source, target] = [path.join(folder, 'source'), path.join(folder, 'destination')];
    await mkdir(path.join(source, 'letters'), { recursive: true });
    await writeFile(path.join(source, 'letters', 'first letter.txt'), 'Dear reader');
    await writeFile(path.join(source, 'notes.txt'), 'Notes');
    await writeFile(path.join(source, 'photo.raw'), randomBytes(80_000_000)); // so that it can be watched
    const server = await startServer(t, [`--webservice-password=${PASSWORD}`]);
    const origin = `http://127.0.0.1:${server.port}`;
    const { page, look } = await visit(t, origin, { size, scheme });
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

    await page.goto(`${origin}/`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Add backup' }).click();
    await page.getByLabel('Name').fill('Documents');
    await page.getByLabel('Passphrase', { exact: true }).fill('a passphrase of its own');
    await button('Continue').click();
    await page.getByLabel('Folder', { exact: true }).fill(target);
    await button('Test connection').click();
    await page.getByText('missing-folder').or(page.getByText('is not there')).first().waitFor();
    await button('Continue').click();
    await page.getByLabel('Add a path').fill(`${source}/`);
    await button('Add').click();
    await button('Continue').click();
    await button('Continue').click();
    await page.getByLabel('Further options').fill('--number-of-retries=0'); // it is to fail at once, below
    await button('Save').click();
    await page.getByText('Documents is saved.').waitFor();

    await Promise.all([page.locator('.running').waitFor(), button('Run now Documents').click()]);
    await look('home-running');
    await page.getByText('Good', { exact: true }).waitFor();
    await page.getByText('1 version').waitFor();
    await look('home-done');
    await page.locator('summary').click();
    await page.getByRole('link', { name: 'History Documents' }).click();
    await heading('History of Documents');
    await page.getByText('3 files, 80 MB').waitFor();
    await look('history');
    await page.goBack();

    await page.getByRole('link', { name: 'Restore Documents' }).click();
    await heading('Restore Documents');
    await button(`Open ${source}/`).click();
    await page.getByRole('checkbox', { name: 'letters' }).waitFor();
    await page.getByLabel('Search by name').fill('first');
    await button('Search').click();
    await page.getByText('1 file found').waitFor();
    await look('restore-search');
    await page.getByLabel(`${source}/letters/first letter.txt`).check();
    await button('Restore').click();
    await page.getByText('Say which folder.').waitFor();
    await page.getByLabel('Folder', { exact: true }).fill(path.join(folder, 'one'));
    await look('restore');
    await button('Restore').click();
    await page.getByText('Restored 1 files (11 bytes).').waitFor();
    t.is(await readFile(path.join(folder, 'one', 'first letter.txt'), 'utf8'), 'Dear reader');

    await button('Back to the folders').click();
    await page.getByRole('checkbox', { name: `${source}/` }).check();
    await rm(path.join(source, 'notes.txt'));
    await page.getByLabel('Where it was').check();
    await button('Restore').click();
    await page.getByText(/^Restored \d+ files \(/).waitFor();
    t.is(await readFile(path.join(source, 'notes.txt'), 'utf8'), 'Notes');

    await page.getByRole('link', { name: 'Restore', exact: true }).click();
    await heading('Straight from a destination');
    await page.getByLabel('Folder', { exact: true }).fill(target);
    await page.getByLabel('Passphrase (if it is encrypted)').fill('another');
    await look('restore-choose');
    await button('Look what is there').click();
    await page.getByText('cannot be opened with this passphrase').waitFor();
    await look('restore-reading-failed');
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByLabel('Folder', { exact: true }).fill(target);
    await page.getByLabel('Passphrase (if it is encrypted)').fill('a passphrase of its own');
    await button('Look what is there').click();
    await page.getByRole('checkbox', { name: `${source}/` }).check();
    await page.getByLabel('Folder', { exact: true }).fill(path.join(folder, 'all'));
    await button('Restore').click();
    await page.getByText('The files are restored.').waitFor();
    t.is(await readFile(path.join(folder, 'all', 'notes.txt'), 'utf8'), 'Notes');

    await rm(target, { recursive: true });
    await writeFile(target, 'a file stands there');
    await page.getByRole('link', { name: 'Home' }).click();
    await button('Run now Documents').click();
    await page.getByText('Failed', { exact: true }).waitFor();
    await look('home-failed');
    await button('Sign out').click();
    await heading('Sign in');
  });
}
