import test from 'ava';
import { haveTool } from '../../suites/tool.ts';
import { fileText, lantern, placeEdition } from './lantern.ts';
import { askTool, writeFiles } from './written.ts';

const SHELLS = { bash: /bash-completion\//, zsh: /\/zsh\//, fish: /\.fish$/ };

for (const [shell, pattern] of Object.entries(SHELLS)) {
  test(`${shell} accepts the syntax of every completion`, async (t) => {
    if (!haveTool(t, shell)) return;
    for (const { name } of lantern.editions) {
      const placement = placeEdition(name);
      const paths = placement.tree
        .filter(({ path, kind }) => kind === 'file' && pattern.test(path))
        .map(({ path }) => path);
      t.is(
        paths.length,
        placement.lifecycle.alternatives.length +
          placement.tree.filter(({ path }) => path.startsWith('/usr/bin/')).length,
      );
      for (const path of paths) {
        const folder = writeFiles(t, { completion: await fileText(placement, path) });
        t.deepEqual(askTool(shell, ['-n', `${folder}/completion`]), { status: 0, output: '' }, path);
      }
    }
  });
}

/** What bash offers for the words of a line, the last being the one under the cursor. */
function askBash(completion: string, words: readonly string[]): string[] {
  const script = `${completion}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_lantern_${words[0]!.slice(8)}\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  return askTool('bash', ['-c', script]).output.split('\n').filter(Boolean);
}

test('bash offers commands, options and the values there are', async (t) => {
  if (!haveTool(t, 'bash')) return;
  const cli = await fileText(placeEdition('desk'), '/usr/share/bash-completion/completions/lantern-cli.lantern');
  t.deepEqual(askBash(cli, ['lantern-cli', '']), ['copy', 'give', 'help']);
  t.deepEqual(askBash(cli, ['lantern-cli', 'copy', '--co']), ['--compression', '--colour']);
  t.deepEqual(askBash(cli, ['lantern-cli', 'copy', '-c', 'h']), ['high']);
  t.deepEqual(askBash(cli, ['lantern-cli', 'copy', 'x']), []);
  const server = await fileText(placeEdition('desk'), '/usr/share/bash-completion/completions/lantern-server');
  t.deepEqual(askBash(server, ['lantern-server', '--']), ['--port=', '--log-level=']);
  t.deepEqual(askBash(server, ['lantern-server', '--log-level', '=', '']), ['low', 'high', 'none']);
  t.deepEqual(askBash(server, ['lantern-server', '--log-level', '=']), ['low', 'high', 'none']);
});

test('fish offers the same', async (t) => {
  if (!haveTool(t, 'fish')) return;
  const folder = writeFiles(t, {
    'cli.fish': await fileText(placeEdition('desk'), '/usr/share/fish/vendor_completions.d/lantern-cli.lantern.fish'),
    'server.fish': await fileText(placeEdition('desk'), '/usr/share/fish/vendor_completions.d/lantern-server.fish'),
  });
  const ask = (file: string, line: string) =>
    askTool('fish', ['--no-config', '-c', `source ${folder}/${file}; complete -C '${line}'`])
      .output.split('\n')
      .filter(Boolean);
  t.deepEqual(ask('cli.fish', 'lantern-cli g'), ['give\tbring a copy back to where it was']);
  t.deepEqual(ask('cli.fish', 'lantern-cli copy --compression h'), [
    'high\thow small (choices: "low", "high", default: "low")',
  ]);
  t.deepEqual(ask('server.fish', 'lantern-server --log-level='), [
    '--log-level=high\tWhat to say',
    '--log-level=low\tWhat to say',
    '--log-level=none\tWhat to say',
  ]);
});

test('zsh reads them where each family of distributions looks', (t) => {
  t.true(
    placeEdition('core', 'deb').tree.some(({ path }) => path === '/usr/share/zsh/vendor-completions/_lantern-server'),
  );
  t.true(placeEdition('core', 'rpm').tree.some(({ path }) => path === '/usr/share/zsh/site-functions/_lantern-server'));
});
