/**
 * Maintainer scripts (Debian Policy chapter 6, dpkg's deb-preinst(5) and its neighbours): the lifecycle's moments in dpkg's order and
 * dialect. Unit links go through deb-systemd-helper and starts through deb-systemd-invoke, both of the essential package
 * init-system-helpers, so that presets, masks and policy-rc.d are respected and a system without systemd installs just as well.
 */
import type { Moment, Step, Verdict } from '../../build/model/lifecycle.ts';
import { type ScriptFacts, scriptFacts } from '../../build/model/lifecycle-facts.ts';
import {
  caseOnNote,
  functionsFor,
  indent,
  PRELUDE,
  quote,
  registerLines,
  renderMoment,
  SHARED_STEPS,
  type StepLines,
  sharedFunctions,
} from '../../build/model/lifecycle-shell.ts';
import type { Package, Placement } from '../../build/model/package.ts';

export type MaintainerScript = 'preinst' | 'postinst' | 'prerm' | 'postrm';

/** dpkg's words for `$1`, and the moments they stand for. Words that are absent need nothing: `postinst triggered`, `prerm upgrade`. */
const CALLS: Readonly<Record<MaintainerScript, readonly { words: readonly string[]; moments: readonly Moment[] }[]>> = {
  preinst: [
    { words: ['install'], moments: ['arrive'] },
    { words: ['upgrade'], moments: ['renew'] },
  ],
  postinst: [
    { words: ['configure'], moments: ['settle', 'run'] },
    { words: ['abort-upgrade', 'abort-remove', 'abort-deconfigure'], moments: ['resume'] },
  ],
  // On upgrade nothing stops: the service runs on until `postinst configure` restarts it once.
  prerm: [{ words: ['remove'], moments: ['leave'] }],
  postrm: [
    { words: ['remove', 'disappear'], moments: ['left'] },
    { words: ['purge'], moments: ['purge'] },
    { words: ['abort-install'], moments: ['retreat'] },
  ],
};

/**
 * Texts of the maintainer scripts that the package needs; a script with nothing to do is absent.
 * @throws PackwrightError when a name or path of the lifecycle cannot stand in a script.
 */
export function renderMaintainerScripts(pkg: Package, placement: Placement): Partial<Record<MaintainerScript, string>> {
  const facts = scriptFacts(pkg, placement);
  const scripts: Partial<Record<MaintainerScript, string>> = {};
  for (const name of ['preinst', 'postinst', 'prerm', 'postrm'] as const) {
    const arms = CALLS[name].flatMap(({ words, moments }) => {
      const body = moments.flatMap((moment) => renderMoment(facts, moment, STEP_LINES, ALONE_TESTS[moment]));
      return body.length === 0 ? [] : [`${words.join(' | ')})`, ...indent([...body, ';;'])];
    });
    if (arms.length === 0) continue;
    const isAsked = arms.some((line) => line.includes('$yields'));
    const body = [...(isAsked ? yieldTest(facts) : []), 'case "$1" in', ...indent(arms), 'esac', 'exit 0'];
    const functions = functionsFor([...sharedFunctions(facts), { name: 'links', lines: LINKS }], body);
    scripts[name] = `${['#!/bin/sh', 'set -e', ...PRELUDE, ...functions, ...body].join('\n')}\n`;
  }
  return scripts;
}

const ALONE_TESTS: Partial<Record<Moment, string>> = { leave: '[ "$yields" = no ] && alone' };

/** dpkg says `remove in-favour PACKAGE VERSION` when it puts another edition into our place. */
function yieldTest(facts: ScriptFacts): string[] {
  const patterns = facts.siblings.map((sibling) => quote(`in-favour ${sibling.package}`)).join(' | ');
  return ['yields=no', `case "\${2:-} \${3:-}" in`, `  ${patterns}) yields=yes ;;`, 'esac', ''];
}

/** deb-systemd-helper's memory of the unit's links, as a word. Without a memory its `was-enabled` says yes; we do not. */
const LINKS = [
  'links() {',
  '  if deb-systemd-helper --quiet debian-installed "$1" && deb-systemd-helper --quiet was-enabled "$1"; then',
  '    echo on',
  '  else',
  '    echo off',
  '  fi',
  '}',
];

const STEP_LINES: Readonly<Record<Step, StepLines>> = {
  ...SHARED_STEPS,

  // A note that an interrupted attempt left is truer than what that attempt made of the unit.
  'note-running': ({ self, units }) =>
    units.flatMap(({ unit }) => [`read_note ${unit}`, `[ -n "$note" ] || write_note ${unit} ${self} "$(ran ${unit})"`]),

  // Without systemd-sysusers there is no systemd to run the unit as that account; its first boot makes the accounts.
  'make-accounts': ({ sysusers }) =>
    sysusers.flatMap((file) => ['if command -v systemd-sysusers >/dev/null; then', `  systemd-sysusers ${file}`, 'fi']),

  'enable-units': ({ self, units }) =>
    units.flatMap(({ unit, start }) => [
      `read_note ${unit}`,
      'case $note in',
      `  *' '*-*-*) ;;`,
      '  *)',
      `    if ! deb-systemd-helper --quiet debian-installed ${unit}; then`,
      `      note=${quote(`${self} new`)}`,
      `      write_note ${unit} ${self} new`,
      '    fi',
      '    ;;',
      'esac',
      `deb-systemd-helper unmask ${unit} >/dev/null || :`,
      ...caseOnNote(
        start,
        (verdict) => verdict.enable,
        'keep',
        (enable) => enableLines(unit, start, enable),
      ),
    ]),

  'run-units': ({ units }) =>
    units.flatMap(({ unit, start }) => [
      'if [ -d /run/systemd/system ]; then',
      ...indent([
        `read_note ${unit}`,
        ...caseOnNote(
          start,
          (verdict) => verdict.run,
          'unknown',
          (run) => {
            if (run === 'leave') return [];
            return [`deb-systemd-invoke ${run === 'unknown' ? 'try-restart' : run} ${unit} >/dev/null || :`];
          },
        ),
      ]),
      'fi',
    ]),

  'resume-units': ({ self, units }) =>
    units.flatMap(({ unit }) => [
      `read_note ${unit}`,
      'case $note in',
      `  ${quote(`${self} running`)} | ${quote(`${self} `)}*-running)`,
      `    [ ! -d /run/systemd/system ] || deb-systemd-invoke start ${unit} >/dev/null || :`,
      '    ;;',
      'esac',
    ]),

  'stop-units': ({ units }) =>
    units.map(({ unit }) => `[ ! -d /run/systemd/system ] || deb-systemd-invoke stop ${unit} >/dev/null || :`),

  // Links and deb-systemd-helper's memory of them; a mask or drop-in of the administrator's stays.
  'withdraw-units': ({ units }) =>
    units.flatMap(({ unit }) => [
      `deb-systemd-helper purge ${unit} >/dev/null || :`,
      `deb-systemd-helper unmask ${unit} >/dev/null || :`,
      `[ ! -d /run/systemd/system ] || systemctl reset-failed ${unit} 2>/dev/null || :`,
    ]),

  // After a swap that failed, what gave way is back and will be asked again; a note it left on its own removal stays for a second try.
  'take-back-notes': ({ self, units, siblings }) =>
    units.flatMap(({ unit }) => [
      `read_note ${unit}`,
      `if ${siblings.length === 0 ? '' : '! alone || '}[ "$note" = ${quote(`${self} new`)} ]; then`,
      `  drop_note ${unit}`,
      'fi',
    ]),

  'register-alternatives': (facts) => registerLines('update-alternatives', facts),

  'unregister-alternatives': ({ alternatives }) =>
    alternatives.map(({ name, path }) => `update-alternatives --remove ${name} ${path}`),

  'unregister-gone-alternatives': () => [],

  // rm follows no link, and a state directory that is a link is only unlinked.
  'remove-state': ({ state, secretFiles, siblings }) => {
    if (state.length === 0 && secretFiles.length === 0) return [];
    const folders = state.flatMap((path) => [path, path.replace(/^(\/var\/[a-z]+)\//, '$1/private/')]);
    const lines = folders.map(
      (path) => `rm -rf --one-file-system -- ${path} || echo "${path} could not be removed" >&2`,
    );
    if (secretFiles.length > 0) lines.push(`rm -f -- ${secretFiles.join(' ')}`);
    if (siblings.length === 0) return lines;
    // The last edition to be purged takes the state with it.
    return [
      "kept=''",
      ...siblings.flatMap(({ package: name }) => [
        `case $(dpkg-query --show --showformat='\${db:Status-Status}' ${name} 2>/dev/null || :) in`,
        `  *config-files*) kept=${name} ;;`,
        'esac',
      ]),
      'if [ -n "$kept" ]; then',
      '  echo "Data stay until $kept, which was removed, is purged too." >&2',
      'else',
      ...indent(lines),
      'fi',
    ];
  },
};

function enableLines(unit: string, start: string, enable: Verdict['enable']): string[] {
  const helper = (action: string): string => `deb-systemd-helper ${action} ${unit} >/dev/null || :`;
  if (enable === 'off') return [helper('update-state')];
  if (enable === 'declared') return [helper('purge'), helper(start === 'boot' ? 'enable' : 'update-state')];
  // `enable` follows presets where there is no memory, so a link that the administrator had is made by `reenable`.
  const otherwise = enable === 'on' ? [helper('purge'), helper('reenable')] : [helper('update-state')];
  return [`if [ "$(links ${unit})" = on ]; then`, `  ${helper('enable')}`, 'else', ...indent(otherwise), 'fi'];
}
