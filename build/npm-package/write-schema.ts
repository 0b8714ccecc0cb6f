/** Writes packwright.schema.json, for editors; a test holds it against the schema that validates. */
import path from 'node:path';
import { writeJson } from 'fs-extra/esm';
import { MANIFEST_SCHEMA } from '../manifest/schema.ts';

const file = path.resolve(import.meta.dirname, '../../packwright.schema.json');
await writeJson(file, MANIFEST_SCHEMA, { spaces: 2 });
