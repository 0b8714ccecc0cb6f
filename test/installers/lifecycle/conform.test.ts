import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { type Call, type Deb, makeDpkg } from './dpkg.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';
import { type EditionName, filesOf, packageOf, siblingOf } from './thing.ts';
import { everyFailure } from './walks.ts';

/** Packages whose scripts only tell that they were called, and fail when told to. */
const work = mkdtempSync(join(tmpdir(), 'lifecycle-conform-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function buildPackage(name: EditionName, version: string): string {
  const folder = join(work, `${name}-${version}`);
  const put = (path: string, text: string, mode: number) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  for (const [path, text] of filesOf(name, version, 'deb')) put(path, text, 0o644);
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    const text = `#!/bin/sh\nme="${name} ${version} ${script} $*"\necho "$me" >>/state/scripts\n[ ! -e "/state/fails/$me" ]\n`;
    put(`DEBIAN/${script}`, text, 0o755);
  }
  const other = packageOf(siblingOf(name)!);
  const fields = [
    `Package: ${packageOf(name)}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: x <x@example.org>',
    `Conflicts: ${other}`,
    `Replaces: ${other}`,
    'Description: x',
  ];
  put('DEBIAN/control', `${fields.join('\n')}\n`, 0o644);
  put('DEBIAN/conffiles', '/etc/default/thing\n', 0o644);
  put('etc/default/thing', 'A=1\n', 0o644);
  const file = join(work, `${name}_${version}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '-b', folder, file], { stdio: 'pipe' });
  return file;
}

interface Machine {
  box: Sandbox;
  dpkg(...args: string[]): void;
  calls(): Call[];
  status(name: EditionName): string;
}

function openMachine(box: Sandbox): Machine {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return {
    box,
    dpkg(...args) {
      spawnSync('dpkg', [`--root=${box.root}`, '--force-unsafe-io', '--log=/dev/null', ...args], {
        env,
        stdio: 'pipe',
      });
    },
    calls: () =>
      (box.read('/state/scripts') ?? '')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.trim()),
    status(name) {
      const args = [`--root=${box.root}`, '-W', '-f', `\${db:Status-Status}`, packageOf(name)];
      return spawnSync('dpkg-query', args, { env, encoding: 'utf8' }).stdout || 'not-installed';
    },
  };
}

function makeMachine(): Machine {
  const box = makeSandbox(false);
  for (const file of ['status', 'available']) box.write(`/var/lib/dpkg/${file}`, '');
  for (const folder of ['info', 'updates', 'triggers', 'parts'])
    mkdirSync(join(box.root, 'var/lib/dpkg', folder), { recursive: true });
  return openMachine(box);
}

interface Walk {
  name: string;
  from?: EditionName;
  real: string[];
  simulated: (dpkg: ReturnType<typeof makeDpkg>) => boolean;
  depth: number;
}

const deb = (name: EditionName, version: string): Deb => ({ name, version, scripts: {} });

test('the real dpkg calls the scripts as the simulated one does, whatever fails', async (t) => {
  t.timeout(600_000);
  if (process.getuid?.() !== 0 || spawnSync('dpkg', ['--version']).error) {
    if (process.env.CI === 'true') t.fail('dpkg or the right to chroot is missing');
    t.log('skipped: needs dpkg and root');
    t.pass();
    return;
  }
  const files = new Map<string, string>();
  for (const name of ['cli', 'gui'] as const) {
    for (const version of ['2', '3']) files.set(`${name} ${version}`, buildPackage(name, version));
  }
  const file = (name: EditionName, version: string) => files.get(`${name} ${version}`)!;
  const walks: Walk[] = [
    { name: 'install', real: ['-i', file('cli', '3')], simulated: (dpkg) => dpkg.install(deb('cli', '3')), depth: 2 },
    {
      name: 'upgrade',
      from: 'cli',
      real: ['-i', file('cli', '3')],
      simulated: (dpkg) => dpkg.install(deb('cli', '3')),
      depth: 4,
    },
    { name: 'remove', from: 'cli', real: ['-r', packageOf('cli')], simulated: (dpkg) => dpkg.remove('cli'), depth: 2 },
    { name: 'purge', from: 'cli', real: ['-P', packageOf('cli')], simulated: (dpkg) => dpkg.purge('cli'), depth: 1 },
    {
      name: 'swap',
      from: 'cli',
      real: ['-i', file('gui', '3')],
      simulated: (dpkg) => dpkg.install(deb('gui', '3')),
      depth: 3,
    },
  ];
  let count = 0;
  for (const { name, from, real, simulated, depth } of walks) {
    const model = makeMachine();
    if (from) model.dpkg('-i', file(from, '2'));
    const simulate = (fails: ReadonlyMap<Call, 'at once' | 'at last'>) => {
      const dpkg = makeDpkg(makeSandbox(false));
      if (from) dpkg.install(deb(from, '2'));
      dpkg.calls = [];
      dpkg.trouble = { fails };
      simulated(dpkg);
      return dpkg;
    };
    const troubles = [{ fails: new Map() }, ...everyFailure(({ fails }) => simulate(fails ?? new Map()).calls, depth)];
    for (const { fails = new Map<Call, 'at once' | 'at last'>() } of troubles) {
      if ([...fails.values()].includes('at last')) continue;
      await setImmediate();
      const box = makeSandbox(false);
      rmSync(box.root, { recursive: true });
      cpSync(model.box.root, box.root, { recursive: true, verbatimSymlinks: true });
      const machine = openMachine(box);
      box.remove('/state/scripts');
      for (const call of fails.keys()) box.write(`/state/fails/${call}`, '');
      machine.dpkg(...real);
      const dpkg = simulate(fails);
      const what = `${name}: ${[...fails.keys()].join(', ') || 'nothing'} fails`;
      t.deepEqual(
        machine.calls(),
        dpkg.calls.map((call) => call.trim()),
        what,
      );
      for (const edition of ['cli', 'gui'] as const)
        t.is(machine.status(edition), dpkg.status(edition), `${what}: ${edition}`);
      rmSync(box.root, { recursive: true });
      count += 1;
    }
  }
  t.log(`${count} walks`);
});
