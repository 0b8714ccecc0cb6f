/** Runs after `npm pack`: the developers' package.json comes back. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const kept = path.join(ROOT, 'package.json.kept');
if (existsSync(kept)) await rename(kept, path.join(ROOT, 'package.json'));
await rm(path.join(ROOT, 'lib'), { recursive: true, force: true });
