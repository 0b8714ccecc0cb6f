/** The documents of the repository as a web of links. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { renderPropertiesPage } from '../build/catalogue.ts';
import { loadManifest } from '../build/manifest/load.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const IGNORED = /(^|\/)(node_modules|dist|lib|\.cache)(\/|$)/;

function documents(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: ROOT,
  });
  return listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && !IGNORED.test(file) && existsSync(path.join(ROOT, file)));
}

/** What `[text](target)`, `![alt](target)`, `[text]: target`, `href="…"` and `src="…"` name; code says nothing. */
function targetsOf(text: string): string[] {
  const prose = text.replace(/^( {4}|\t).*$|^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, 'code');
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const reference = [...prose.matchAll(/^\[[^\]]+\]:\s+<?([^\s>]+)/gm)];
  const html = [...prose.matchAll(/\b(?:href|src)="([^"]+)"/g)];
  return [...inline, ...reference, ...html].map((match) => match[1]!);
}

/** As code hosts name the headings of a document. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} +(.*?)\s*$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

test('every link of a document leads to a file or heading that is there', (t) => {
  let count = 0;
  for (const file of documents()) {
    for (const target of targetsOf(readFileSync(path.join(ROOT, file), 'utf8'))) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
      count++;
      const [name = '', anchor] = target.split('#');
      const to = name === '' ? path.join(ROOT, file) : path.resolve(ROOT, path.dirname(file), decodeURIComponent(name));
      if (!existsSync(to)) t.fail(`${file}: ${target} is not there`);
      else if (anchor)
        t.true(anchorsOf(readFileSync(to, 'utf8')).includes(anchor), `${file}: ${target} is no heading there`);
    }
  }
  t.true(count > 5);
});

test('every folder of sources is told of: by a README that begins with a question, or by the one above', (t) => {
  const places = ['build', 'installers', 'platforms', 'runtime'];
  const files = execFileSync('git', ['ls-files', '-z', ...places], { cwd: ROOT })
    .toString()
    .split('\0');
  const folders = new Set(files.filter((file) => /\.c?ts$|\.cjs$/.test(file)).map((file) => path.dirname(file)));
  for (const folder of folders) {
    const readme = path.join(ROOT, folder, 'README.md');
    const above = path.join(ROOT, path.dirname(folder), 'README.md');
    if (existsSync(readme)) t.regex(readFileSync(readme, 'utf8').split('\n')[0]!, /\?/, `${folder}/README.md`);
    else t.true(readFileSync(above, 'utf8').includes(`${path.basename(folder)}/`), `${folder} has no README.md`);
  }
});

test('the formats with maintainer scripts lead to what those scripts promise', (t) => {
  for (const format of ['deb', 'rpm']) {
    const targets = targetsOf(readFileSync(path.join(ROOT, 'installers', format, 'README.md'), 'utf8'));
    t.true(targets.includes('../LIFECYCLE.md'), format);
  }
});

test('the page for administrators of Windows machines says what the manifest says', async (t) => {
  const { product } = await loadManifest(ROOT);
  t.is(readFileSync(path.join(ROOT, 'docs/windows.md'), 'utf8'), renderPropertiesPage(product), 'run "npm run docs"');
});
