/** Who may import whom (build/README.md, "Edges"): read from the sources themselves. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PLACES = ['build', 'installers', 'platforms', 'runtime'];

/** From a place to the places whose modules it may import, most special first. Its own place is always allowed. */
const ALLOWED: readonly { from: RegExp; to: RegExp }[] = [
  { from: /^build\/model\//, to: /^$/ },
  { from: /^build\/elf\//, to: /^build\/model\// },
  { from: /^build\/pe\//, to: /^build\/model\// },
  { from: /^build\/host\//, to: /^build\/model\// },
  { from: /^build\/manifest\//, to: /^build\/model\// },
  { from: /^build\/stages\//, to: /^build\/(model|host|elf|pe|manifest)\// },
  { from: /^build\/catalogue\.ts$/, to: /^(build\/model|installers|platforms)\// },
  { from: /^build\/bin\.ts$/, to: /^(build\/|installers\/archives\/tar\.ts$)/ },
  { from: /^build\//, to: /^build\// },
  { from: /^installers\/archives\//, to: /^build\/model\// },
  { from: /^installers\/[^/]+\//, to: /^(build\/model|installers\/archives)\// },
  { from: /^installers\/[^/]+\.ts$/, to: /^build\/model\// },
  { from: /^platforms\/container\//, to: /^(build\/model|platforms\/linux)\// },
  { from: /^platforms\/[^/]+\//, to: /^build\/model\// },
  { from: /^runtime\/product\.ts$/, to: /^build\/model\/product\.ts$/ },
  { from: /^runtime\//, to: /^runtime\// },
];

async function* imports() {
  for (const place of PLACES) {
    for (const item of await readdir(path.join(ROOT, place), { recursive: true, withFileTypes: true })) {
      if (!item.isFile() || !/\.tsx?$/.test(item.name)) continue;
      const file = path.join(item.parentPath, item.name);
      const text = await readFile(file, 'utf8');
      for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.tsx?)'/g)) {
        const to = path
          .relative(ROOT, path.resolve(path.dirname(file), match[1]!))
          .split(path.sep)
          .join('/');
        yield { from: path.relative(ROOT, file).split(path.sep).join('/'), to };
      }
    }
  }
}

/** The folder that is a unit of its own: two levels deep. */
const unit = (file: string) => file.split('/').slice(0, 2).join('/');

test('every import follows the edges of the design', async (t) => {
  let count = 0;
  for await (const { from, to } of imports()) {
    count++;
    if (unit(from) === unit(to)) continue;
    const rule = ALLOWED.find((one) => one.from.test(from));
    t.true(rule?.to.test(to) ?? false, `${from} imports ${to}`);
  }
  t.true(count > 100);
});

test('the toolchain never names the product it ships', async (t) => {
  for (const place of ['build', 'installers', 'platforms']) {
    for (const item of await readdir(path.join(ROOT, place), { recursive: true, withFileTypes: true })) {
      if (!item.isFile()) continue;
      const text = await readFile(path.join(item.parentPath, item.name), 'latin1');
      t.notRegex(text, /duplicati/i, path.join(item.parentPath, item.name));
    }
  }
});
