import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { findTrustStore, trustAuthority } from '../../../runtime/tls/trust.ts';
import { makeFolder } from '../run-program.ts';

test('an authority is put into the store that is there, and its command is run', async (t) => {
  const folder = await makeFolder(t);
  const made = path.join(folder, 'done');
  const store = findTrustStore([
    { folder: path.join(folder, 'missing'), command: ['/bin/sh'] },
    { folder, command: ['/bin/sh', '-c', `echo ran > ${made}`] },
  ]);
  t.regex(await trustAuthority('certificate', store), /is trusted now/);
  t.is(await readFile(path.join(folder, 'duplicati-https-authority.crt'), 'utf8'), 'certificate');
  t.is(await readFile(made, 'utf8'), 'ran\n');
});

test('a system without a store that is known, and one whose command fails, are told', async (t) => {
  const folder = await makeFolder(t);
  await t.throwsAsync(trustAuthority('certificate', findTrustStore([])), { instanceOf: UserError, message: /by hand/ });
  const failing = trustAuthority('certificate', { folder, command: ['/bin/sh', '-c', 'exit 3'] });
  await t.throwsAsync(failing, { instanceOf: UserError, message: /are you root/ });
});
