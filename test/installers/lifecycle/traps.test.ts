import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { makeDeb } from './dpkg.ts';
import { makeRpm } from './rpm.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';
import { filesOf, unitOf } from './thing.ts';

/** Paths that a script names, with those it makes of a unit's name. `/run/systemd/system` and `/dev/null` are the system's. */
function pathsIn(text: string): string[] {
  const named = [...text.matchAll(/(?<![\w./])\/(?:usr\/lib|usr\/bin|usr\/share|var|etc|run)\/[\w./@+-]+/g)].map(
    ([path]) => path,
  );
  const notes = text.includes('.handover') ? [`/run/${unitOf('cli')}.handover`] : [];
  return [...new Set([...named, ...notes])].filter((path) => !path.startsWith('/run/systemd') && !path.endsWith('/'));
}

const SCRIPTS: readonly { text: string; words: readonly string[][] }[] = [
  ...Object.entries(makeDeb('cli', '1').scripts).map(([name, text]) => ({
    text,
    words: {
      preinst: [['install'], ['upgrade', '0', '1']],
      postinst: [['configure', ''], ['configure', '0'], ['abort-upgrade', '2'], ['abort-remove']],
      prerm: [['remove'], ['remove', 'in-favour', 'my-own-thing-gui', '1'], ['upgrade', '2']],
      postrm: [['remove'], ['purge'], ['abort-install'], ['disappear', 'x', '1']],
    }[name]!,
  })),
  ...Object.values(makeRpm('cli', '1').scripts).map((text) => ({ text, words: [['0'], ['1'], ['2']] })),
];

/** Everything below a folder with its text, so that a change, a new name and a lost name all show. */
function contents(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    files[path] = entry.isFile() ? readFileSync(path, 'utf8') : entry.isDirectory() ? 'folder' : 'other';
  }
  return files;
}

function makeTrap(box: Sandbox, named: string, to: string): void {
  const path = named.replace(/\/$/, ''); // a pattern's folder
  rmSync(join(box.root, path), { recursive: true, force: true });
  mkdirSync(dirname(join(box.root, path)), { recursive: true });
  symlinkSync(to, join(box.root, path));
}

test('a link to somewhere else in the place of any path a script names leads no script there', async (t) => {
  t.timeout(600_000);
  let traps = 0;
  for (const { text, words } of SCRIPTS) {
    for (const path of pathsIn(text)) {
      for (const to of path.startsWith('/run')
        ? ['/canary/file', '/canary/folder', '/canary/nothing']
        : ['/canary/folder']) {
        await setImmediate();
        const box = makeSandbox();
        box.write('/canary/file', 'precious');
        box.write('/canary/folder/file', 'precious');
        const before = contents(join(box.root, 'canary'));
        for (const args of words) {
          makeTrap(box, path, to);
          box.run(text, args);
          t.deepEqual(contents(join(box.root, 'canary')), before, `${path} as a link to ${to}, ${args.join(' ')}`);
        }
        rmSync(box.root, { recursive: true });
        traps += 1;
      }
    }
  }
  t.log(`${traps} traps`);
  t.true(traps > 50);
});

test('purge deletes links that a service account planted in its state, not what they lead to', (t) => {
  const box = makeSandbox();
  box.write('/canary/file', 'precious');
  const before = contents(join(box.root, 'canary'));
  for (const path of ['/var/lib/thing/a', '/var/lib/private/thing/b', '/var/cache/thing/deep/er/c'])
    makeTrap(box, path, '/canary');
  t.is(box.run(makeDeb('cli', '1').scripts.postrm!, ['purge']).status, 0);
  t.deepEqual(contents(join(box.root, 'canary')), before);
  t.false(box.has('/var/lib/thing') || box.has('/var/lib/private/thing') || box.has('/var/cache/thing'));
});

test('a state directory that is a link is unlinked, and what it leads to stays', (t) => {
  const box = makeSandbox();
  box.write('/srv/thing/data', 'precious');
  makeTrap(box, '/var/lib/thing', '/srv/thing');
  t.is(box.run(makeDeb('cli', '1').scripts.postrm!, ['purge']).status, 0);
  t.is(box.read('/srv/thing/data'), 'precious');
  t.false(box.has('/var/lib/thing'));
});

test('a note that is a folder, or holds what no script of ours wrote, is done without', (t) => {
  for (const plant of [
    'folder',
    'one',
    'my-own-thing-gui',
    'my-own-thing-gui $(touch /pwned) `touch /pwned`',
    '* * *',
    '\n\n',
    '\0\0',
  ]) {
    const box = makeSandbox();
    const note = `/run/${unitOf('cli')}.handover`;
    if (plant === 'folder') box.write(`${note}/x`, '');
    else box.write(note, plant);
    for (const [path, text] of filesOf('cli', '1', 'deb')) box.write(path, text);
    for (const { text, words } of SCRIPTS) {
      for (const args of words) t.is(box.run(text, args).status, 0, `${plant}: ${args.join(' ')}`);
    }
    t.false(box.has('/pwned'));
  }
});
