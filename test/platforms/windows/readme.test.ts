import test from 'ava';
import { readContent } from '../../../build/model/content.ts';
import type { Product } from '../../../build/model/product.ts';
import { windows } from '../../../platforms/windows/windows.ts';
import { editionNamed } from '../linux/lantern.ts';
import { product, windowsPayload } from './windows-lantern.ts';

function place(edition: string, changed: Partial<Product> = {}) {
  return windows.place({ ...product, ...changed }, editionNamed(edition), 'x64', windowsPayload(edition), 'zip');
}

async function readmeOf(edition: string, changed: Partial<Product> = {}): Promise<string> {
  const entry = place(edition, changed).tree.find(({ path }) => path.endsWith('/README.txt'));
  return entry?.kind === 'file' ? (await readContent(entry.content)).toString('utf8') : '';
}

test('all files of a zip lie in one folder, which is the package’s in every version', (t) => {
  const { tree } = place('core');
  t.true(
    tree.every(({ path }) => path.startsWith('/lantern-core/')),
    tree[0]?.path,
  );
});

test('the page in a zip names programs, settings, data and the program’s own commands for its service', async (t) => {
  const windowsCommands = { install: 'register now', uninstall: 'forget' };
  const text = await readmeOf('core', { services: product.services.map((one) => ({ ...one, windowsCommands })) });
  for (const words of [
    'bin\\lantern-cli.exe\r\n    make and restore copies',
    '    bin\\lantern-server.exe register now\r\n',
    '    bin\\lantern-server.exe forget\r\n',
    '%ProgramData%\\Lantern ',
    'HKEY_LOCAL_MACHINE\\SOFTWARE\\Lantern Works\\lantern\\Settings',
    'LANTERN_PORT\r\n    The port to listen on.',
  ])
    t.true(text.includes(words), `${words}\n${text}`);
  t.false(text.includes('PASSWORD'));
  t.regex(text, /administrators alone can change/);
  t.notRegex(text, /[^\r]\n/);
  t.regex(text, /MSI/);
  t.notRegex(await readmeOf('core', { formats: ['zip'] }), /MSI/);
  for (const line of text.split('\r\n')) t.true(line.length <= 78, line);
});

test('a service whose program has no commands for it is registered by those of Windows', async (t) => {
  const text = await readmeOf('core');
  const line = text.split('\r\n').find((one) => one.includes('sc.exe create'));
  t.is(
    line,
    '    sc.exe create lantern start= auto binPath= "\\"%CD%\\bin\\runtime.exe\\" lantern-server ' +
      '\\"--name=the \\\\\\"light\\\\\\" $house\\" %n --service" && sc.exe start lantern',
  );
  t.true(text.includes('    sc.exe stop lantern & sc.exe delete lantern\r\n'));
});
