import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { judgeUnit } from '../../../build/model/lifecycle.ts';
import { renderMaintainerScripts } from '../../../installers/deb/scripts.ts';
import { renderScriptlets } from '../../../installers/rpm/scriptlets.ts';
import { type EditionName, thing } from './thing.ts';

const NOTHING = { units: [], alternatives: [], accounts: [], state: [], secretFiles: [], siblings: [], rivals: [] };
const EDITIONS: readonly EditionName[] = ['cli', 'gui', 'agent'];

function everyScript(): Map<string, string> {
  const scripts = new Map<string, string>();
  const variants = { whole: {}, 'without units': { units: [] }, alone: { siblings: [], rivals: [] } };
  for (const name of EDITIONS) {
    for (const [variant, extra] of Object.entries(variants)) {
      for (const [script, text] of Object.entries(renderMaintainerScripts(...thing(name, 'deb', extra)))) {
        scripts.set(`deb ${name} ${variant} ${script}`, text);
      }
      for (const [script, text] of Object.entries(renderScriptlets(...thing(name, 'rpm', extra)))) {
        scripts.set(`rpm ${name} ${variant} ${script}`, `#!/bin/sh\n${text}`);
      }
    }
  }
  return scripts;
}

test('every shell parses every script', (t) => {
  const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']];
  const all = [...everyScript().values()].join('\n');
  for (const [shell, ...args] of shells) t.is(spawnSync(shell!, [...args, '-n'], { input: all }).status, 0, shell);
});

test('shellcheck has nothing to say', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shellcheck-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files: string[] = [];
  for (const [name, text] of everyScript()) {
    files.push(join(folder, name.replaceAll(' ', '-')));
    writeFileSync(files.at(-1)!, text);
  }
  if (spawnSync('shellcheck', ['--version']).error) {
    if (process.env.CI === 'true') t.fail('shellcheck is not installed');
    t.log('skipped: shellcheck is not installed');
    t.pass();
    return;
  }
  const result = spawnSync('shellcheck', ['--shell=sh', ...files], { encoding: 'utf8' });
  t.is(result.stdout, '');
});

test('scripts name programs, not their paths, and nobody else can have a say in which are run', (t) => {
  for (const [name, text] of everyScript()) {
    t.regex(text, /^PATH=\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/m, name);
    t.notRegex(text, /^\s*\/(usr\/)?s?bin\//m, name);
    t.notRegex(text, /ch(own|mod|grp)|mktemp|\/tmp|eval|\$HOME|\$TMPDIR/, name);
    t.false(text.includes('#DEBHELPER#'), name);
  }
});

test('a package with nothing to do has no scripts', (t) => {
  t.deepEqual(renderMaintainerScripts(...thing('cli', 'deb', NOTHING)), {});
  t.deepEqual(renderScriptlets(...thing('cli', 'rpm', NOTHING)), {});
});

test('the same package gives the same scripts', (t) => {
  t.deepEqual(everyScript(), everyScript());
});

test('what cannot stand in a script, or lies where purge may not reach, is refused', (t) => {
  const path = '/usr/lib/x';
  const refused: Parameters<typeof thing>[2][] = [
    { units: [{ unit: 'a b.service', start: 'boot' }] },
    { units: [{ unit: '$(reboot).service', start: 'boot' }] },
    { units: [{ unit: '../x.service', start: 'boot' }] },
    { state: ['/var/lib'] },
    { state: ['/var/lib/'] },
    { state: ['/var/lib/..'] },
    { state: ['/var/lib/a/b'] },
    { state: ['/home/a'] },
    { state: ['/'] },
    { secretFiles: ['/etc/../x'] },
    { secretFiles: ['etc/x'] },
    { accounts: [{ name: 'x', sysusersFile: '/usr/lib/a;b' }] },
    { siblings: ['/usr/lib/thing/edition-unheard-of'] },
    { siblings: ['/usr/lib/thing/gui'] },
    { rivals: [{ package: 'x', file: '/a\nb', advice: '' }] },
    { alternatives: [{ name: 'x y', link: path, path, priority: 1, followers: [] }] },
    { alternatives: [{ name: 'x', link: 'usr', path, priority: 1, followers: [] }] },
    { alternatives: [{ name: 'x', link: path, path, priority: -1, followers: [] }] },
    { alternatives: [{ name: 'x', link: path, path, priority: 1, followers: [{ name: "'", link: path, path }] }] },
  ];
  for (const extra of refused) {
    t.throws(
      () => renderMaintainerScripts(...thing('cli', 'deb', extra)),
      { name: 'PackwrightError' },
      JSON.stringify(extra),
    );
    t.throws(() => renderScriptlets(...thing('cli', 'rpm', extra)), { name: 'PackwrightError' }, JSON.stringify(extra));
  }
});

test('a message for people may hold anything', (t) => {
  const advice = 'It\'s $(reboot) `reboot` "quoted" \\ and long';
  const rivals = [{ package: "o'ther", file: '/bin/sh', advice }];
  const { preinst } = renderMaintainerScripts(...thing('cli', 'deb', { rivals, siblings: [] }));
  const { pre } = renderScriptlets(...thing('cli', 'rpm', { rivals, siblings: [] }));
  for (const [text, word] of [
    [preinst!, 'install'],
    [pre!, '1'],
  ] as const) {
    const result = spawnSync('/bin/bash', ['--posix', '-s', word], { input: text, encoding: 'utf8' });
    t.is(result.status, 1);
    t.true(result.stderr.includes(advice), result.stderr);
  }
});

test("the administrator's word wins over the declaration", (t) => {
  t.deepEqual(judgeUnit('boot', 'new'), { enable: 'declared', run: 'start' });
  t.deepEqual(judgeUnit('asked', 'new'), { enable: 'declared', run: 'leave' });
  t.deepEqual(judgeUnit('boot', 'stopped'), { enable: 'keep', run: 'leave' });
  t.deepEqual(judgeUnit('asked', 'boot-on-running'), { enable: 'on', run: 'restart' });
  t.deepEqual(judgeUnit('boot', 'boot-off-stopped'), { enable: 'off', run: 'leave' });
  t.deepEqual(judgeUnit('boot', 'asked-off-stopped'), judgeUnit('boot', 'new'));
  t.deepEqual(judgeUnit('asked', 'asked-off-stopped'), { enable: 'off', run: 'leave' });
});
