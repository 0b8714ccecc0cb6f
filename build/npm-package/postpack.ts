/** Runs after `npm pack`: the developers' package.json comes back. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { remove } from 'fs-extra/esm';

const ROOT = path.resolve(import.meta.dirname, '../..');
const kept = path.join(ROOT, 'package.json.kept');
if (existsSync(kept)) await rename(kept, path.join(ROOT, 'package.json'));
await remove(path.join(ROOT, 'lib'));
