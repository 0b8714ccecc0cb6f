/** The completions of the command itself, asked as the shells ask them. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { askTool } from '../../platforms/linux/written.ts';
import { haveTool } from '../../suites/tool.ts';
import { emptyFolder, packwright, tinyProject } from './packwright.ts';

const CLI = path.resolve(import.meta.dirname, '../../../build/cli.ts');
const VERBS = ['list', 'plan', 'explain', 'build', 'inspect', 'verify', 'diff', 'lock', 'init', 'completion', 'help'];
const IDS = [
  'linux-x64-main.deb',
  'linux-arm64-main.deb',
  'linux-x64-main.rpm',
  'linux-arm64-main.rpm',
  'docker-all-main.oci',
];

/** Candidates without what they mean; the first line is what kind they are. */
async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await packwright(['complete', '--', ...words]);
  if (code !== 0 || err !== '') throw new Error(`exit ${code}: ${err}`);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0]!);
}

const scriptOf = async (shell: string) => (await packwright(['completion', shell])).out;

test('every verb that the help lists is offered, and what a script asks is in neither', async (t) => {
  t.deepEqual(await complete(''), ['words', ...VERBS]);
  t.deepEqual(await complete('help', 'in'), ['words', 'inspect', 'init']);
  const { out } = await packwright(['--help']);
  for (const verb of VERBS) t.regex(out, new RegExp(`^  ${verb}\\b`, 'm'));
  t.notRegex(out, /^ {2}complete /m);
});

test('options are those of the verb, before, after and at a value', async (t) => {
  const options = await complete('build', '--');
  for (const one of ['--out', '--skip', '--fast', '--image-form', '--help', '--directory'])
    t.true(options.includes(one), one);
  t.false(options.includes('--keyring'));
  t.deepEqual(await complete('-'), ['words', '--directory', '--help', '--manifest']);
  t.deepEqual(await complete('build', '--image-form', ''), ['words', 'tar', 'folder', 'docker-archive']);
  t.deepEqual(await complete('build', '--image-form=d'), ['words', '--image-form=docker-archive']);
  t.deepEqual(await complete('lock', '--only', 'd'), ['words', 'debian']);
  t.deepEqual(await complete('build', '-o', ''), ['folders']);
  t.deepEqual(await complete('verify', ''), ['files']);
  t.deepEqual(await complete('diff', 'a.deb', ''), ['files']);
  t.deepEqual(await complete('diff', 'a.deb', 'b.deb', ''), ['words']);
  t.deepEqual(await complete('build', '--', '-'), ['words']);
});

test('target ids are those of the manifest, each once, and none where there is no manifest', async (t) => {
  const project = await tinyProject();
  t.deepEqual((await complete('-C', project, 'build', '')).toSorted(), ['words', ...IDS].toSorted());
  t.deepEqual(await complete('-C', project, 'explain', 'linux-x64-main.d'), ['words', 'linux-x64-main.deb']);
  t.deepEqual(await complete(`--directory=${project}`, 'build', 'linux-x64-main.deb', 'linux-x64'), [
    'words',
    'linux-x64-main.rpm',
  ]);
  t.deepEqual(await complete('-C', project, 'build', '--skip', 'docker'), ['words', 'docker-all-main.oci']);
  t.deepEqual(await complete('-C', await emptyFolder('none'), 'build', ''), ['words']);
  await writeFile(path.join(project, 'packwright.json'), '{');
  t.deepEqual(await complete('-C', project, 'build', ''), ['words']);
});

test('a shell that is not known is wrong use', async (t) => {
  t.is((await packwright(['completion', 'tcsh'])).code, 2);
});

for (const [shell, ...check] of [
  ['bash', '-n'],
  ['zsh', '-n'],
  ['fish', '--no-execute'],
] as const) {
  test(`${shell} accepts the syntax of its script`, async (t) => {
    if (!haveTool(t, shell)) return;
    const file = path.join(await emptyFolder('script'), 'script');
    await writeFile(file, await scriptOf(shell));
    t.deepEqual(askTool(shell, [...check, file]), { status: 0, output: '' });
  });
}

/** A command of the name, as it is found on PATH. */
async function command(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'packwright bin-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'packwright');
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

test('bash offers verbs, values, ids and files', async (t) => {
  if (!haveTool(t, 'bash')) return;
  const [file, script, project] = [await command(t), await scriptOf('bash'), await tinyProject()];
  const ask = (...words: string[]) => {
    const line = ['packwright', ...words].map((word) => `'${word}'`).join(' ');
    const text = `${script}\ncd '${project}'\nCOMP_WORDS=(${line})\nCOMP_CWORD=${words.length}\n_packwright '${file}'\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    return askTool('bash', ['-c', text]).output.split('\n').filter(Boolean);
  };
  t.deepEqual(ask(''), VERBS);
  t.deepEqual(ask('build', '--image-form', '=', 'd'), ['docker-archive']);
  t.deepEqual(ask('build', '--image-form', '='), ['tar', 'folder', 'docker-archive']);
  t.deepEqual(ask('explain', 'docker'), ['docker-all-main.oci']);
  t.deepEqual(ask('verify', 'packw'), ['packwright.json']);
  t.deepEqual(ask('build', '--out', ''), ['src']);
});

test('zsh offers the same, with what they mean', async (t) => {
  if (!haveTool(t, 'zsh')) return;
  const [file, script, project] = [await command(t), await scriptOf('zsh'), await tinyProject()];
  const ask = (...words: string[]) => {
    const line = [file, ...words].map((word) => `'${word}'`).join(' ');
    const stubs = `compdef() { : }\ncompset() { : }\n_files() { print -r -- "files $*" }\n_describe() { print -rl -- "\${(@P)2}" }\n`;
    // words as the line editor has them: quoted
    const text = `${stubs}${script}\ncd '${project}'\nwords=(${line})\nwords[1]=\${(q)words[1]}\nCURRENT=${words.length + 1}\n_packwright\n`;
    return askTool('zsh', ['-fc', text]).output.split('\n').filter(Boolean);
  };
  t.deepEqual(
    ask('').map((one) => one.split(':')[0]),
    VERBS,
  );
  t.deepEqual(ask('explain', 'docker'), ['docker-all-main.oci:Tiny']);
  t.deepEqual(ask('build', '--image-form=d'), ['--image-form=docker-archive:']);
  t.deepEqual(ask('verify', ''), ['files ']);
  t.deepEqual(ask('build', '--out', ''), ['files -/']);
});

test('fish offers the same', async (t) => {
  if (!haveTool(t, 'fish')) return;
  const [file, script, project] = [await command(t), await scriptOf('fish'), await tinyProject()];
  const folder = await emptyFolder('fish');
  await writeFile(path.join(folder, 'packwright.fish'), script);
  const ask = (line: string) => {
    const text = `set -x PATH '${path.dirname(file)}' $PATH; cd '${project}'; source '${folder}/packwright.fish'; complete -C '${line}'`;
    return askTool('fish', ['--no-config', '-c', text]).output.split('\n').filter(Boolean);
  };
  t.deepEqual(
    ask('packwright ')
      .map((one) => one.split('\t')[0]!)
      .toSorted(),
    VERBS.toSorted(),
  );
  t.deepEqual(ask('packwright explain docker'), ['docker-all-main.oci\tTiny']);
  t.deepEqual(ask('packwright build --image-form=d'), ['--image-form=docker-archive']);
  t.deepEqual(ask('packwright verify packw'), ['packwright.json']);
  t.is(ask('packwright build --out=s')[0]?.split('\t')[0], '--out=src/');
});
