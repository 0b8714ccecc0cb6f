import { BEFORES, judgeUnit, type Moment, STEPS, type Step, type Verdict } from './lifecycle.ts';
import type { ScriptFacts } from './lifecycle-facts.ts';
import type { Start } from './service.ts';

/**
 * POSIX sh that every Unix format's scripts share. A note, `/run/UNIT.handover`, holds two words, `PACKAGE BEFORE`: who held the unit
 * and how it was (see `Before`). It lives from the script that runs before the files change to the one that runs after, and dies with
 * the boot, as the running state does. Nothing at a note's path is ever followed, and a note that cannot be kept is done without.
 */

/** Text of one step for everything of its kind. */
export type StepLines = (facts: ScriptFacts) => string[];

/** First lines of every script: nothing of the caller's surroundings reaches what it runs. */
export const PRELUDE: readonly string[] = [
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
  'LC_ALL=C',
  'export PATH LC_ALL',
  'umask 022',
  '',
];

/** Lines of a moment. `aloneTest` is the shell's question whether no sibling is there. */
export function renderMoment(
  facts: ScriptFacts,
  moment: Moment,
  steps: Readonly<Record<Step, StepLines>>,
  aloneTest = 'alone',
): string[] {
  const lines: string[] = [];
  let open = '';
  for (const { step, alone } of STEPS[moment]) {
    // Without siblings every package is alone.
    if (alone === false && facts.siblings.length === 0) continue;
    const body = steps[step](facts);
    if (body.length === 0) continue;
    const test = alone === undefined || facts.siblings.length === 0 ? '' : alone ? aloneTest : '! alone';
    if (test !== open && open !== '') lines.push('fi');
    if (test !== open && test !== '') lines.push(`if ${test}; then`);
    lines.push(...(test === '' ? body : indent(body)));
    open = test;
  }
  return open === '' ? lines : [...lines, 'fi'];
}

/** Functions by name; `functionsFor` picks those that a script calls. */
export type ShellFunctions = readonly { name: string; lines: readonly string[] }[];

/** The shared functions; those that others call come later. */
export function sharedFunctions(facts: ScriptFacts): ShellFunctions {
  const absent = facts.siblings.map(({ marker }) => `[ ! -e ${marker} ]`).join(' && ');
  return [
    { name: 'alone', lines: ['# True while no other edition holds our units and state.', `alone() { ${absent}; }`] },
    { name: 'ran', lines: RAN },
    { name: 'read_note', lines: READ_NOTE },
    { name: 'write_note', lines: WRITE_NOTE },
    { name: 'drop_note', lines: ['drop_note() { rm -f -- "/run/$1.handover" 2>/dev/null || :; }'] },
  ];
}

/** Those of `functions` that `body` calls, directly or through another; `functions` is ordered callers first. */
export function functionsFor(functions: ShellFunctions, body: readonly string[]): string[] {
  let text = body.join('\n');
  const needed: string[][] = [];
  for (const { name, lines } of functions) {
    if (!new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text)) continue;
    needed.unshift([...lines, '']);
    text += `\n${lines.join('\n')}`;
  }
  return needed.flat();
}

/** A unit between two attempts to start counts as running: somebody wants it to. */
const RAN = [
  'ran() {',
  "  state=''",
  '  if [ -d /run/systemd/system ]; then',
  '    state=$(systemctl show --property=ActiveState --value -- "$1" 2>/dev/null) || :',
  '  fi',
  '  case $state in',
  '    active | activating | reloading | refreshing) echo running ;;',
  '    *) echo stopped ;;',
  '  esac',
  '}',
];
const READ_NOTE = [
  '# A note says who held a unit and how it was: PACKAGE WORD.',
  'read_note() {',
  "  note=''",
  '  if [ -f "/run/$1.handover" ] && [ ! -L "/run/$1.handover" ]; then',
  '    note=$(head -n 1 -- "/run/$1.handover" 2>/dev/null) || :',
  '  fi',
  '}',
];
const WRITE_NOTE = [
  'write_note() {',
  '  drop_note "$1"',
  '  (set -C && echo "$2 $3" >"/run/$1.handover") 2>/dev/null || :',
  '}',
];

/** Steps whose text is the same in every dialect. `links UNIT` is the dialect's own function: `on` or `off`. */
export const SHARED_STEPS = {
  'refuse-rivals': ({ self, rivals }) =>
    rivals.flatMap((rival) => [
      `if [ -e ${rival.file} ]; then`,
      `  echo ${quote(`${self}: cannot be installed while ${rival.package} is there (${rival.file} exists).`)} >&2`,
      `  echo ${quote(`${self}: ${rival.advice}`)} >&2`,
      '  exit 1',
      'fi',
    ]),

  // What gives way in the same transaction is still there, with its units as they are; removed earlier, it left a note.
  'note-holder': ({ self, units, siblings }) =>
    units.flatMap(({ unit, start }) => {
      const fresh = `write_note ${unit} ${self} new`;
      if (siblings.length === 0) return [fresh];
      const here = siblings.flatMap(({ package: name, marker, starts }, index) => [
        `${index === 0 ? 'if' : 'elif'} [ -e ${marker} ]; then`,
        `  write_note ${unit} ${name} "${starts[unit] ?? start}-$(links ${unit})-$(ran ${unit})"`,
      ]);
      const theirs = siblings.map((sibling) => `${quote(`${sibling.package} `)}*-*-*`).join(' | ');
      const left = [`read_note ${unit}`, 'case $note in', `  ${theirs}) ;;`, `  *) ${fresh} ;;`, 'esac'];
      return [...here, 'else', ...indent(left), 'fi'];
    }),

  'note-leaving': ({ self, units }) =>
    units.flatMap(({ unit, start }) => [
      `read_note ${unit}`,
      'case $note in',
      `  ${quote(`${self} `)}*-*-*) ;;`,
      `  *) write_note ${unit} ${self} "${start}-$(links ${unit})-$(ran ${unit})" ;;`,
      'esac',
    ]),

  'reload-manager': ({ units }) =>
    units.length === 0 ? [] : ['[ ! -d /run/systemd/system ] || systemctl --system daemon-reload || :'],

  // A sibling that comes later will want to know; where there can be none, nobody will.
  'drop-unshared-notes': ({ units, siblings }) =>
    siblings.length === 0 ? units.map(({ unit }) => `drop_note ${unit}`) : [],

  'drop-notes': ({ units }) => units.map(({ unit }) => `drop_note ${unit}`),
} satisfies Partial<Record<Step, StepLines>>;

/**
 * `case` on the word of `$note`: an arm for each group of words that share a verdict; words that are none, and no note, fall to
 * `otherwise`.
 */
export function caseOnNote<T extends Verdict[keyof Verdict], O extends string>(
  start: Start,
  of: (verdict: Verdict) => T,
  otherwise: O,
  lines: (verdict: T | O) => string[],
): string[] {
  const groups = new Map<T, string[]>();
  for (const before of BEFORES) {
    const verdict = of(judgeUnit(start, before));
    groups.set(verdict, [...(groups.get(verdict) ?? []), before]);
  }
  const isOtherwise = (verdict: string): boolean => verdict === otherwise;
  const arms = [...groups]
    .filter(([verdict]) => !isOtherwise(verdict))
    .flatMap(([verdict, words]) => [`${words.join(' | ')})`, ...indent([...lines(verdict), ';;'])]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own expansion
  return ['case ${note##* } in', ...indent([...arms, '*)', ...indent([...lines(otherwise), ';;'])]), 'esac'];
}

/** `tool` with the arguments that register an alternative, a follower a line. */
export function registerLines(tool: string, { alternatives }: ScriptFacts): string[] {
  return alternatives.flatMap(({ name, link, path, priority, followers }) => {
    const parts = [
      `${tool} --install ${link} ${name} ${path} ${priority}`,
      ...followers.map((follower) => `  --slave ${follower.link} ${follower.name} ${follower.path}`),
    ];
    return parts.map((part, index) => (index < parts.length - 1 ? `${part} \\` : part));
  });
}

/** In single quotes, whatever it holds. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
