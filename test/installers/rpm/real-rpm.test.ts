/** What rpm itself makes of our packages. */
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bytesContent } from '../../../build/model/content.ts';
import type { Compression } from '../../../build/model/format.ts';
import type { Package } from '../../../build/model/package.ts';
import { rpm } from '../../../installers/rpm/rpm.ts';
import { renderScriptlets } from '../../../installers/rpm/scriptlets.ts';
import { memoryBlobs as blobs, readArtifact } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';
import { thing } from './thing.ts';

const GZIP: Compression = { method: 'gzip', level: 9 };

async function writePackage(
  t: ExecutionContext,
  pkg: Package,
  compression = GZIP,
): Promise<{ folder: string; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'rpm-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [artifact] = await rpm.write(pkg, blobs, compression);
  const path = join(folder, artifact!.name);
  writeFileSync(path, await readArtifact(artifact!));
  return { folder, path };
}

/** Holds text against a file beside the tests; UPDATE_GOLDENS=1 writes it anew. */
function assertGolden(t: ExecutionContext, name: string, text: string): void {
  const golden = new URL(`goldens/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDENS) writeFileSync(golden, text);
  t.is(text, readFileSync(golden, 'utf8'));
}

for (const arch of ['x64', 'arm64'] as const) {
  test(`rpm tells of an ${arch} package what was meant`, async (t) => {
    if (!haveTool(t, 'rpm')) return;
    const { path } = await writePackage(t, thing({ arches: [arch] }));
    const query = (...args: string[]) => `$ rpm -qp ${args.join(' ')}\n${runTool('rpm', ['-qp', ...args, path])}\n`;
    const text = [
      query('--info', '--provides', '--conflicts', '--obsoletes', '--changelog', '--list', '-v'),
      query('--requires', '-v'),
      query('--qf', '[%{ORDERNAME} %{ORDERFLAGS:deptype} %{ORDERVERSION}\\n]'),
      query('--qf', '[%{FILENAMES} %{FILEFLAGS:fflags} %{FILEVERIFYFLAGS:hex} %{FILEINODES} %{FILEMTIMES}\\n]'),
    ];
    assertGolden(t, `${arch}.txt`, text.join(''));
  });
}

for (const compression of rpm.compressions) {
  test(`rpm verifies and installs a package of ${compression.method} ${compression.level}`, async (t) => {
    if (!haveTool(t, 'rpm')) return;
    const { folder, path } = await writePackage(t, thing(), compression);
    const verified = runTool('rpm', ['-D', '_pkgverify_level digest', '-K', '-v', path]);
    t.regex(verified, /Header SHA256 digest: OK/);
    t.regex(verified, /Payload SHA256 digest: OK/);
    t.notRegex(verified, /NOT|BAD|NOTFOUND/);
    if (process.getuid?.() !== 0) return t.log('not installed: only root may');

    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nadm:x:4:\n');
    const inRoot = ['--root', root, '--dbpath', '/var/lib/rpm'];
    runTool('rpm', [...inRoot, '-i', '--nodeps', '--noscripts', path]);
    t.is(runTool('rpm', [...inRoot, '-V', '--nodeps', 'thing']), '');
    t.is(readFileSync(join(root, 'usr/bin/thing'), 'utf8'), '\x7fELF');
    const secret = statSync(join(root, 'etc/thing/private.conf'));
    t.deepEqual([secret.mode & 0o7777, secret.uid, secret.gid], [0o640, 0, 4]);
    t.is(statSync(join(root, 'usr/lib/thing/setuid')).mode & 0o7777, 0o4755);
    t.throws(() => statSync(join(root, 'var/log/thing.log')), { code: 'ENOENT' });

    writeFileSync(join(root, 'etc/default/thing'), 'THING_OPTS=mine\n');
    mkdirSync(join(root, 'var/log'), { recursive: true });
    writeFileSync(join(root, 'var/log/thing.log'), 'line\n');
    t.regex(runTool('rpm', [...inRoot, '-q', '--configfiles', 'thing']), /^\/etc\/default\/thing$/m);
    runTool('rpm', [...inRoot, '-e', '--noscripts', 'thing']);
    t.is(readFileSync(join(root, 'etc/default/thing.rpmsave'), 'utf8'), 'THING_OPTS=mine\n');
    t.throws(() => statSync(join(root, 'usr/lib/thing')), { code: 'ENOENT' });
    t.throws(() => statSync(join(root, 'var/log/thing.log')), { code: 'ENOENT' });
  });
}

test('rpm finds every scriptlet as it was rendered', async (t) => {
  if (!haveTool(t, 'rpm')) return;
  const pkg = thing();
  const { path } = await writePackage(t, pkg);
  const tags = { pre: 'PREIN', post: 'POSTIN', preun: 'PREUN', postun: 'POSTUN', posttrans: 'POSTTRANS' } as const;
  const rendered: Partial<Record<string, string>> = renderScriptlets(pkg, pkg.placements[0]!);
  t.deepEqual(Object.keys(rendered).sort(), Object.keys(tags).sort());
  for (const [name, tag] of Object.entries(tags)) {
    t.is(runTool('rpm', ['-qp', '--qf', `%{${tag}}`, path]), rendered[name] ?? 'none');
    t.is(runTool('rpm', ['-qp', '--qf', `%{${tag}PROG}`, path]), '/bin/sh');
  }
});

test('an upgrade keeps a configuration file that was changed and leaves the state to its owner', async (t) => {
  if (!haveTool(t, 'rpm') || process.getuid?.() !== 0) return t.log('not run: only root may install');
  const changed = { path: '/etc/default/thing', role: 'config', kind: 'file', mode: 0o644 } as const;
  const newer = thing({ version: '1.2.0', entries: [{ ...changed, content: bytesContent('THING_OPTS=new\n') }] });
  const [before, after] = [await writePackage(t, thing()), await writePackage(t, newer)];
  const inRoot = ['--root', join(before.folder, 'root'), '--dbpath', '/var/lib/rpm'];
  runTool('rpm', [...inRoot, '-i', '--nodeps', '--noscripts', before.path]);
  const config = join(before.folder, 'root/etc/default/thing');
  writeFileSync(config, 'THING_OPTS=mine\n');
  const state = join(before.folder, 'root/var/lib/thing');
  mkdirSync(state, { recursive: true, mode: 0o711 });
  chownSync(state, 1234, 1234);
  runTool('rpm', [...inRoot, '-U', '--nodeps', '--noscripts', after.path]);
  t.is(readFileSync(config, 'utf8'), 'THING_OPTS=mine\n');
  t.is(readFileSync(`${config}.rpmnew`, 'utf8'), 'THING_OPTS=new\n');
  const changes = runTool('sh', ['-c', 'rpm "$@" || :', 'sh', ...inRoot, '-V', '--nodeps', 'thing']);
  t.is(changes, 'S.5....T.  c /etc/default/thing\n');
  t.deepEqual([statSync(state).uid, statSync(state).mode & 0o7777], [1234, 0o711]);
  t.throws(() => runTool('rpm', [...inRoot, '-U', '--nodeps', '--noscripts', before.path]), {
    message: /already installed/,
  });
  writeFileSync(join(state, 'settings'), '');
  runTool('rpm', [...inRoot, '-e', '--noscripts', 'thing']);
  t.deepEqual(readdirSync(state), ['settings']);
  t.is(readFileSync(`${config}.rpmsave`, 'utf8'), 'THING_OPTS=mine\n');
});

test('rpm2cpio and cpio list what is in the payload', async (t) => {
  if (!haveTool(t, 'rpm2cpio') || !haveTool(t, 'cpio')) return;
  const pkg = thing();
  const { folder, path } = await writePackage(t, pkg, { method: 'zstd', level: 3 });
  const archive = join(folder, 'payload.cpio');
  runTool('sh', ['-c', 'rpm2cpio "$1" > "$2"', 'sh', path, archive]);
  const listed = runTool('cpio', ['-t', '--quiet'], readFileSync(archive)).trim().split('\n');
  const tree = pkg.placements[0]!.tree.filter((entry) => entry.role !== 'log' && entry.role !== 'state');
  t.deepEqual(
    listed.map((name) => name.replace(/^\.?/, '').replace(/^([^/])/, '/$1')),
    tree.map((entry) => entry.path),
  );
});

test('one flipped bit and rpm refuses the package', async (t) => {
  if (!haveTool(t, 'rpm')) return;
  const { path } = await writePackage(t, thing());
  const bytes = readFileSync(path);
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(path, bytes);
  t.throws(() => runTool('rpm', ['-K', path]), { message: /rpm exited with 1/ });
});
