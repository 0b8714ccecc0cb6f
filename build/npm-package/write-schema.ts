/** Writes packwright.schema.json, for editors; a test holds it against the schema that validates. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST_SCHEMA } from '../manifest/schema.ts';

const file = path.resolve(import.meta.dirname, '../../packwright.schema.json');
await writeFile(file, `${JSON.stringify(MANIFEST_SCHEMA, null, 2)}\n`);
