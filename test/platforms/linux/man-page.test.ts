import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { haveTool } from '../../suites/tool.ts';
import { fileBytes, lantern, placeEdition } from './lantern.ts';
import { askTool } from './written.ts';

const PAGES = lantern.editions.flatMap(({ name }) => {
  const placement = placeEdition(name);
  return placement.tree
    .filter(({ role, kind }) => role === 'man' && kind === 'file')
    .map(({ path }) => ({ placement, path }));
});
const SERVER = '/usr/share/man/man8/lantern-server.8.gz';
const CLI = '/usr/share/man/man1/lantern-cli.lantern.1.gz';

async function sourceOf(path: string): Promise<string> {
  return gunzipSync(await fileBytes(placeEdition('desk'), path)).toString();
}

test('every program has a page in its section; one that is an alternative has it aside', (t) => {
  const paths = PAGES.map(({ path }) => path);
  for (const path of [
    SERVER,
    CLI,
    '/usr/share/man/man1/lantern.1.gz',
    '/usr/share/man/man1/lantern-cli.lantern-agent.1.gz',
  ]) {
    t.true(paths.includes(path), path);
  }
  t.deepEqual(placeEdition('desk').lifecycle.alternatives[0]?.followers[0], {
    name: 'lantern-cli.1.gz',
    link: '/usr/share/man/man1/lantern-cli.1.gz',
    path: CLI,
  });
});

test('no page gives troff or man a reason to warn', async (t) => {
  if (!haveTool(t, 'groff') || !haveTool(t, 'man')) return;
  for (const { placement, path } of PAGES) {
    const source = gunzipSync(await fileBytes(placement, path)).toString();
    t.is(askTool('groff', ['-ww', '-man', '-Tutf8', '-z'], source).output, '', path);
    t.deepEqual(
      askTool('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', '-'], source).output.match(/warning.*/g),
      null,
      path,
    );
  }
});

test('a reader sees what the help says, letter by letter', async (t) => {
  if (!haveTool(t, 'groff')) return;
  // a wide page without fonts, so that no line is broken
  const { output } = askTool('groff', ['-man', '-Tutf8', '-P-c', '-P-b', '-P-u', '-rLL=500n'], await sourceOf(CLI));
  for (const words of [
    'lantern-cli - make and restore copies',
    'Makes copies: "of files", the administrator\'s too, and \\restores them at ~/.',
    ".dots and 'quotes' may begin a line — é.",
    '-c, --compression <level>',
    '--[no-]colour',
    'give <folder>',
    '0 done, 100 error.',
    'lantern(1), lantern-server(8)',
  ]) {
    t.true(output.includes(words), `${words}\n${output}`);
  }
});

test("a service's page names its settings, its files and the tools that rule it", async (t) => {
  const source = await sourceOf(SERVER);
  for (const words of ['LANTERN_GREETING', '/etc\\:', 'lantern.secrets', 'journalctl', 'read\\-everything.conf']) {
    t.true(source.replaceAll('/\\:', '/').includes(words.replaceAll('\\:', '').replace('/etc', '/etc/')), words);
  }
  t.is(source.match(/LANTERN_PORT/g)?.length, 1);
});

test('compressed pages hold no time, no name and no trace of the host', async (t) => {
  for (const { placement, path } of PAGES) {
    const bytes = await fileBytes(placement, path);
    // ID1 ID2 CM FLG MTIME XFL OS of RFC 1952: level 9, Unix
    t.is(bytes.subarray(0, 10).toString('hex'), '1f8b08000000000002' + '03');
  }
});
