import { readFileSync } from 'node:fs';
import test from 'ava';
import { BACKENDS, backendOptions, optionsFor } from '../../../runtime/storage/backends.ts';
import { readDestinationUrl } from '../../../runtime/storage/destination-url.ts';
import { type BackendOption, readBackendOptions } from '../../../runtime/storage/options/options.ts';
import { CERTIFICATE_OPTIONS } from '../../../runtime/storage/options/shared.ts';
import { StorageError } from '../../../runtime/storage/storage.ts';

/** A line of what a real Duplicati listed. */
interface Listed {
  name: string;
  of: string;
  kind: string;
  type: string;
  default: string | null;
  aliases?: string[];
  values?: string[];
  deprecated?: boolean;
}

const FILE = new URL('../../fixtures/duplicati/options.json', import.meta.url);
const LISTED: Listed[] = JSON.parse(readFileSync(FILE, 'utf8'));
/** What a backend has more than Duplicati lists for it: what counts for all, and what a login in an address means. */
const MORE = new Set([...Object.keys(CERTIFICATE_OPTIONS), 'auth-username', 'auth-password', 'read-write-timeout']);

test('every option of a backend is in its table as a real Duplicati listed it, and no other', (t) => {
  for (const kind of ['file', 's3', 'ssh', 'webdav', 'rclone']) {
    const listed = LISTED.filter((one) => one.of === kind && one.kind === 'backend');
    const table = BACKENDS[kind]!.options;
    t.true(listed.length > 5, kind);
    const names = listed.map(({ name }) => name);
    t.deepEqual(
      Object.keys(table).filter((name) => !names.includes(name) && !MORE.has(name)),
      [],
      kind,
    );
    for (const one of listed) {
      const row = table[one.name];
      const { type, default: standard, aliases, values, isDeprecated } = row ?? { type: undefined };
      const shown = {
        type,
        standard: standard ?? '',
        aliases,
        values: values && [...values],
        deprecated: isDeprecated,
      };
      t.deepEqual(
        shown as unknown,
        {
          type: one.type,
          standard: one.default ?? '',
          aliases: one.aliases,
          values: one.values,
          deprecated: one.deprecated,
        } as unknown,
        `${kind}: ${one.name}`,
      );
    }
  }
});

test('every option is used, or refused with its reason; its default is let through', (t) => {
  let count = 0;
  for (const [scheme, { options: table }] of Object.entries(BACKENDS))
    for (const [name, row] of Object.entries<BackendOption>(table)) {
      count++;
      t.true((row.help ?? row.refused ?? '').length > 10, `${scheme}: ${name}`);
      const read = (value: string) => readBackendOptions(scheme, table, {}, { [name]: value });
      t.notThrows(() => read(row.default ?? ''));
      if (row.refused === undefined) continue;
      const other =
        row.type === 'Boolean'
          ? row.default?.toLowerCase() === 'true'
            ? 'false'
            : 'true'
          : row.type === 'Timespan'
            ? '7s'
            : (row.values?.find((one) => one !== row.default && !row.taken?.includes(one)) ?? 'another');
      t.throws(() => read(other), {
        instanceOf: StorageError,
        message: new RegExp(`^--${name} cannot be used with ${scheme}: .*; leave it out$`),
      });
      for (const taken of row.taken ?? []) t.notThrows(() => read(taken), `${name}=${taken}`);
    }
  t.true(count > 150);
  t.is(backendOptions()['s3-ext-forcepathstyle']?.refused, undefined);
});

test('what is in the address wins over what is beside it, whatever the spelling; what cannot be read is refused', (t) => {
  const { options: table } = BACKENDS.ssh!;
  const read = (url: Record<string, string>, beside: Record<string, string>) =>
    readBackendOptions('ssh', table, url, beside);
  t.is(read({ 'auth-username': 'a' }, { 'Auth-Username': 'b' }).text('auth-username'), 'a');
  t.is(read({}, { 'auth-username': 'b' }).text('auth-username'), 'b');
  t.is(read({}, { 'short-timeout': '2m' }).span('short-timeout'), 120_000);
  t.is(read({}, {}).span('list-timeout'), 600_000);
  t.true(read({ 'ssh-relative-path': '' }, {}).flag('ssh-relative-path'));
  t.false(read({ 'ssh-relative-path': 'no' }, { 'ssh-relative-path': 'yes' }).flag('ssh-relative-path'));
  const wrong: Record<string, string>[] = [
    { 'ssh-relative-path': 'perhaps' },
    { 'short-timeout': 'soon' },
    { 'use-ssl': 'true' },
  ];
  for (const options of wrong) t.throws(() => read(options, {}), { instanceOf: StorageError, message: /^--/ });
  t.is(readBackendOptions('s3', BACKENDS.s3!.options, { 'auth-username': 'a' }, {}).text('aws-access-key-id'), 'a');
  const every = { 'accept-any-ssl-certificate': 'true' };
  t.deepEqual(optionsFor(BACKENDS.ssh!, every), {});
  t.deepEqual(optionsFor(BACKENDS.webdav!, every), every);
});

test('addresses are read in the form that Duplicati has for them', (t) => {
  const read = (text: string) => {
    const { scheme: _, ...rest } = readDestinationUrl(text);
    return rest;
  };
  t.deepEqual(read('ssh://h/a/b'), { host: 'h', path: 'a/b', options: {} });
  t.deepEqual(read('SSH://u:p%40s@h:22//a%20b/?Auth-Username=x+y&--k=%2B'), {
    user: 'u',
    password: 'p@s',
    host: 'h',
    port: 22,
    path: '/a b/',
    options: { 'auth-username': 'x y', k: '+' },
  });
  t.deepEqual(read('ssh://u@n:p@w@h/'), { user: 'u@n', password: 'p@w', host: 'h', path: '', options: {} });
  t.deepEqual(read('ssh://[::1]:2222/a?'), { host: '::1', port: 2222, path: 'a', options: {} });
  t.deepEqual(read('s3://My_bucket/100%'), { host: 'My_bucket', path: '100%', options: {} });
  for (const wrong of [
    'ssh://',
    'ssh:///a',
    'ssh://h:0/',
    'ssh://h:99999/',
    'ssh://h:x/',
    'ssh://h/?a=1&a=2',
    'ssh://h/\nx',
  ])
    t.throws(() => readDestinationUrl(wrong), { instanceOf: StorageError, message: /^the address/ }, wrong);
  t.throws(() => readDestinationUrl(`ssh://u:the-secret@h:x/?auth-password=the-secret`), {
    message: /^(?!.*the-secret)/,
  });
});
