import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { makeCommandLine } from '../../../build/command-line.ts';
import { makeManPage } from '../../../build/npm-package/man-page.ts';
import { askTool } from '../../platforms/linux/written.ts';
import { haveTool } from '../../suites/tool.ts';

const source = makeManPage(makeCommandLine(), '1.2.3');

test('the page gives troff and man no reason to warn', (t) => {
  if (!haveTool(t, 'groff') || !haveTool(t, 'man')) return;
  t.is(askTool('groff', ['-ww', '-man', '-Tutf8', '-z'], source).output, '');
  const { output } = askTool('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', '-'], source);
  t.deepEqual(output.match(/warning.*/g), null);
});

test('a reader finds every verb with its arguments and options, the variables and the exit codes', (t) => {
  if (!haveTool(t, 'groff')) return;
  const { output } = askTool('groff', ['-man', '-Tutf8', '-P-c', '-P-b', '-P-u', '-rLL=500n'], source);
  const cli = makeCommandLine();
  const help = cli.createHelp();
  for (const verb of help.visibleCommands(cli).filter((one) => one.name() !== 'help')) {
    t.regex(output, new RegExp(`^ +${verb.name()}\\b`, 'm'));
    const rows = [...verb.options.map((one) => one.flags), ...verb.registeredArguments.map((one) => one.name())];
    if (rows.length > 0) t.true(output.includes(`PACKWRIGHT ${verb.name().toUpperCase()}\n`), verb.name());
    const section = output.split(`PACKWRIGHT ${verb.name().toUpperCase()}\n`)[1]?.split(/\n(?=\S)/)[0] ?? '';
    for (const row of rows) t.true(section.includes(row), `${verb.name()}: ${row}`);
  }
  for (const words of [
    'packwright - make deb',
    'SOURCE_DATE_EPOCH',
    "build 'linux-x64-*'",
    '0 done, 1 failed',
    '1.2.3',
  ])
    t.true(output.includes(words), words);
  t.false(/^ +complete\b/m.test(output));
});

test('the page is the same wherever and however wide it is made', (t) => {
  const root = path.resolve(import.meta.dirname, '../../..');
  const script = `
    const { makeCommandLine } = await import(${JSON.stringify(path.join(root, 'build/command-line.ts'))});
    const { makeManPage } = await import(${JSON.stringify(path.join(root, 'build/npm-package/man-page.ts'))});
    process.stdout.write(makeManPage(makeCommandLine(), '1.2.3'));`;
  const options = { cwd: tmpdir(), env: { COLUMNS: '40', LC_ALL: 'tr_TR.UTF-8', FORCE_COLOR: '1' } };
  t.is(execFileSync(process.execPath, ['--input-type=module', '-e', script], options).toString(), source);
});
