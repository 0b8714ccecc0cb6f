import test from 'ava';
import { haveTool } from '../../suites/tool.ts';
import { fileText, lantern, placeEdition } from './lantern.ts';
import { askTool, writeFiles } from './written.ts';

const DESKTOP = '/usr/share/applications/example.lantern.Lantern.desktop';
const METAINFO = '/usr/share/metainfo/example.lantern.Lantern.metainfo.xml';
const ICON = '/usr/share/icons/hicolor/scalable/apps/example.lantern.Lantern.svg';

test('the menu entry, the icon and the page of the software centre have one id', async (t) => {
  const placement = placeEdition('desk');
  t.true(placement.tree.some(({ path }) => path === ICON));
  t.regex(await fileText(placement, DESKTOP), /^Icon=example\.lantern\.Lantern$/m);
  t.regex(await fileText(placement, METAINFO), /<launchable type="desktop-id">example\.lantern\.Lantern\.desktop</);
});

test('an edition without shortcuts has none of them, and no icon beside its programs', (t) => {
  const { tree } = placeEdition('core');
  t.false(tree.some(({ path }) => /applications|metainfo|icon/.test(path)));
});

test('desktop-file-validate finds nothing to say', async (t) => {
  if (!haveTool(t, 'desktop-file-validate')) return;
  const folder = writeFiles(t, { 'x.desktop': await fileText(placeEdition('desk'), DESKTOP) });
  t.deepEqual(askTool('desktop-file-validate', [`${folder}/x.desktop`]), { status: 0, output: '' });
});

test('appstreamcli finds the page valid, also with odd characters in its texts', async (t) => {
  if (!haveTool(t, 'appstreamcli')) return;
  const product = { ...lantern, vendor: 'Lamps & "Sons" <inc>' };
  const folder = writeFiles(t, {
    'example.lantern.Lantern.metainfo.xml': await fileText(placeEdition('desk', 'deb', product), METAINFO),
  });
  const { status, output } = askTool('appstreamcli', [
    'validate',
    '--no-net',
    '--no-color',
    `${folder}/example.lantern.Lantern.metainfo.xml`,
  ]);
  t.is(status, 0, output);
  t.notRegex(output, /^\s*[EW]: /m);
});

test('a second shortcut has a file of its own', async (t) => {
  const [first] = lantern.shortcuts!;
  const product = { ...lantern, shortcuts: [first!, { ...first!, name: 'Serve\nlight', program: 'lantern-server' }] };
  const placement = placeEdition('desk', 'rpm', product);
  const text = await fileText(placement, '/usr/share/applications/example.lantern.Lantern.lantern-server.desktop');
  t.true(text.includes('\nName=Serve\\nlight\nComment='));
});
