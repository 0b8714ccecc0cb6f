/** What a project's own files become, asked of `plan` and `explain` as a person would. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { packwright, tinyProject } from '../commands/packwright.ts';

/** Paths that a project's x64 deb would hold, after `change`. */
async function placesOf(change: (manifest: Record<string, unknown>, project: string) => unknown): Promise<string> {
  const project = await tinyProject();
  const file = path.join(project, 'packwright.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  await change(manifest, project);
  await writeFile(file, JSON.stringify(manifest));
  const { code, out, err } = await packwright(['-C', project, 'explain', 'linux-x64-main.deb']);
  if (code !== 0) throw new Error(err);
  return out;
}

test('a file with an absolute place is shipped there, and one with a relative place below the payload', async (t) => {
  const out = await placesOf((manifest) => {
    manifest.files = [
      { from: 'CHANGELOG.md', to: '/etc/tiny/tiny.conf', role: 'config' },
      { from: 'src', to: '/usr/share/tiny/src' },
      { from: 'CHANGELOG.md', to: 'history.md' },
    ];
  });
  t.regex(out, / config +\/etc\/tiny\/tiny\.conf/);
  t.regex(out, / data +\/usr\/share\/tiny\/src\/clock\.mjs/);
  t.regex(out, / data +\/usr\/lib\/tiny\/history\.md/);
});
