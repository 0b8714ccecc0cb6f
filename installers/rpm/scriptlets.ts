/**
 * Scriptlets (rpm-scriptlets(7)): the lifecycle's moments in rpm's order and dialect. On upgrade rpm runs the new %pre, places files,
 * runs the new %post, then the old %preun and %postun, and last the new %posttrans; `$1` counts the versions of the name that remain.
 * So everything that brings new code to life waits for %posttrans, and the old version's scriptlets do nothing then. Only the refusal
 * of a rival fails a transaction.
 */
import type { Moment, Step } from '../../build/model/lifecycle.ts';
import { scriptFacts } from '../../build/model/lifecycle-facts.ts';
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

export type Scriptlet = 'pretrans' | 'pre' | 'post' | 'preun' | 'postun' | 'posttrans';

/** When `$1` decides, the test on it. rpm has no purge, and calls nothing when a transaction stops half-way. */
const CALLS: readonly { name: Scriptlet; arms: readonly { test?: string; moment: Moment }[] }[] = [
  {
    name: 'pre',
    arms: [
      { test: '[ "$1" = 1 ]', moment: 'arrive' },
      { test: '[ "$1" != 1 ]', moment: 'renew' },
    ],
  },
  { name: 'post', arms: [{ moment: 'settle' }] },
  { name: 'preun', arms: [{ test: '[ "$1" = 0 ]', moment: 'leave' }] },
  { name: 'postun', arms: [{ test: '[ "$1" = 0 ]', moment: 'left' }] },
  { name: 'posttrans', arms: [{ moment: 'run' }] },
];

/**
 * Bodies for /bin/sh of the scriptlets that the package needs; one with nothing to do is absent.
 * @throws PackwrightError when a name or path of the lifecycle cannot stand in a script.
 */
export function renderScriptlets(pkg: Package, placement: Placement): Partial<Record<Scriptlet, string>> {
  const facts = scriptFacts(pkg, placement);
  const scripts: Partial<Record<Scriptlet, string>> = {};
  for (const { name, arms } of CALLS) {
    const body = arms.flatMap(({ test, moment }) => {
      const lines = renderMoment(facts, moment, STEP_LINES);
      if (lines.length === 0 || test === undefined) return lines;
      return [`if ${test}; then`, ...indent(lines), 'fi'];
    });
    if (body.length === 0) continue;
    const functions = functionsFor([...sharedFunctions(facts), ...OWN_FUNCTIONS], body);
    scripts[name] = `${[...PRELUDE, ...functions, ...body, 'exit 0'].join('\n')}\n`;
  }
  return scripts;
}

/** `systemctl is-enabled` as a word; it reads the links on disk, so it needs no running systemd. */
const LINKS = ['links() {', '  if systemctl is-enabled "$1" >/dev/null 2>&1; then echo on; else echo off; fi', '}'];
/**
 * Fedora's tool is `alternatives`, openSUSE's and Debian's has `update-` before it; most have both names. The longer one is put together,
 * since rpmlint takes it in a scriptlet for openSUSE's scheme of ghosts in /etc/alternatives.
 */
const SWITCH = [
  'switch() {',
  "  for prefix in update- ''; do",
  `    if command -v "\${prefix}alternatives" >/dev/null; then`,
  `      "\${prefix}alternatives" "$@" || :`,
  '      return 0',
  '    fi',
  '  done',
  '}',
];

const OWN_FUNCTIONS = [
  { name: 'links', lines: LINKS },
  { name: 'switch', lines: SWITCH },
];

const STEP_LINES: Readonly<Record<Step, StepLines>> = {
  ...SHARED_STEPS,

  // A note that an interrupted attempt left is truer than what that attempt made of the unit.
  'note-running': ({ self, units }) =>
    units.flatMap(({ unit }) => [
      `read_note ${unit}`,
      'case $note in',
      `  ${quote(`${self} new`)} | ${quote(`${self} running`)}) ;;`,
      '  *)',
      `    if [ -e /usr/lib/systemd/system/${unit} ]; then`,
      `      write_note ${unit} ${self} "$(ran ${unit})"`,
      '    else',
      `      write_note ${unit} ${self} new`,
      '    fi',
      '    ;;',
      'esac',
    ]),

  // Without systemd-sysusers there is no systemd to run the unit as that account; its first boot makes the accounts.
  'make-accounts': ({ sysusers }) =>
    sysusers.map((file) => `! command -v systemd-sysusers >/dev/null || systemd-sysusers ${file} || :`),

  // Fresh: the distribution's and our own preset files decide.
  'enable-units': ({ self, units }) =>
    units.flatMap(({ unit, start }) => [
      `read_note ${unit}`,
      'if [ "$1" = 1 ] && [ -z "$note" ]; then',
      `  note=${quote(`${self} new`)}`,
      `  write_note ${unit} ${self} new`,
      'fi',
      'if command -v systemctl >/dev/null; then',
      ...indent(
        caseOnNote(
          start,
          ({ enable }) => (enable === 'off' ? 'keep' : enable),
          'keep',
          (enable) => {
            if (enable === 'keep') return [];
            const verb = enable === 'on' ? 'enable' : 'preset';
            return [`systemctl --no-reload ${verb} ${unit} >/dev/null 2>&1 || :`];
          },
        ),
      ),
      'fi',
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
            if (run === 'restart') return [`systemctl restart ${unit} || :`];
            if (run === 'unknown') return [`systemctl try-restart ${unit} || :`];
            return [`! systemctl is-enabled ${unit} >/dev/null 2>&1 || systemctl start ${unit} || :`];
          },
        ),
      ]),
      'fi',
    ]),

  // rpm calls nothing when a transaction stops half-way.
  'resume-units': () => [],
  'take-back-notes': () => [],

  // While the unit file is there: without it `disable` finds no links.
  'stop-units': ({ units }) =>
    units.flatMap(({ unit }) => [
      `! command -v systemctl >/dev/null || systemctl --no-reload disable ${unit} >/dev/null 2>&1 || :`,
      `[ ! -d /run/systemd/system ] || systemctl stop ${unit} || :`,
    ]),
  'withdraw-units': ({ units }) =>
    units.flatMap(({ unit }) => [
      `[ ! -d /run/systemd/system ] || systemctl reset-failed ${unit} 2>/dev/null || :`,
      // `disable` passes over a masked unit, whose links would then lead nowhere.
      `[ -e /usr/lib/systemd/system/${unit} ] || { rm -f -- /etc/systemd/system/*.wants/${unit}; }`,
    ]),

  'register-alternatives': (facts) => registerLines('switch', facts),
  // Before the files go: rpm removes no folder that the tool's own links are still in. A sibling that comes in the same transaction has
  // registered the same path by now, and keeps it.
  'unregister-alternatives': ({ alternatives, siblings }) => {
    const lines = alternatives.map(({ name, path }) => `switch --remove ${name} ${path}`);
    return siblings.length === 0 || lines.length === 0 ? lines : ['if alone; then', ...indent(lines), 'fi'];
  },
  // What a sibling that came does not have after all; mostly there is nothing left to take back, and the tool says so.
  'unregister-gone-alternatives': ({ alternatives, siblings }) =>
    siblings.length === 0
      ? []
      : alternatives.map(({ name, path }) => `[ -e ${path} ] || switch --remove ${name} ${path} 2>/dev/null`),

  // rpm has no purge: state stays.
  'remove-state': () => [],
};
