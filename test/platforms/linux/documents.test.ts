import test from 'ava';
import type { Product } from '../../../build/model/product.ts';
import { fileText, lantern, placeEdition } from './lantern.ts';

function copyrightOf(part: Partial<Product>): Promise<string> {
  return fileText(placeEdition('core', 'deb', { ...lantern, ...part }), '/usr/share/doc/lantern-core/copyright');
}

test("Debian's copyright file names the licence in its own word and holds the text, indented", async (t) => {
  const text = await copyrightOf({});
  t.true(text.startsWith('Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'));
  t.true(
    text.endsWith('\nCopyright: 2026 Lantern Works\nLicense: Expat\n Permission is granted.\n .\n No warranty.\n'),
  );
});

test('a licence that every Debian system has is pointed to', async (t) => {
  t.true(
    (await copyrightOf({ licence: 'Apache-2.0' })).endsWith(
      '/usr/share/common-licenses/Apache-2.0 on Debian systems.\n',
    ),
  );
  t.regex(await copyrightOf({ licence: 'MIT OR Zlib' }), /^License: MIT or Zlib$/m);
});

test('rpm has the licence and the notices as licences', (t) => {
  const licences = placeEdition('core', 'rpm')
    .tree.filter(({ role }) => role === 'licence')
    .map(({ path }) => path);
  t.deepEqual(licences, [
    '/usr/share/licenses/lantern-core/LICENSE',
    '/usr/share/licenses/lantern-core/third-party-notices.txt',
  ]);
});

test('the page for the administrator says how to start, set, protect and confine', async (t) => {
  const text = await fileText(placeEdition('desk'), '/usr/share/doc/lantern/README');
  for (const words of [
    'systemctl enable --now lantern.service',
    'port 8400 of the loopback addresses',
    '/etc/default/lantern,',
    'install -m 600 /dev/null /etc/default/lantern.secrets',
    '/usr/share/lantern/systemd/lantern.service.d/read-everything.conf',
    'journalctl -u lantern.service',
  ]) {
    t.true(text.replace(/\s+/g, ' ').includes(words), words);
  }
  t.true(
    (await fileText(placeEdition('beacon'), '/usr/share/doc/lantern-agent/README')).includes('It listens on no port.'),
  );
});

test('no line of the page for the administrator is wider than a terminal', async (t) => {
  const text = await fileText(placeEdition('desk'), '/usr/share/doc/lantern/README');
  t.deepEqual(
    text.split('\n').filter((line) => line.length > 80),
    [],
  );
});
