import { readFileSync } from 'node:fs';
import test from 'ava';
import { effectOf } from '../../../../runtime/engine/options/effects.ts';
import { findOption, readOptions } from '../../../../runtime/engine/options/options.ts';
import {
  AES_OPTIONS,
  CORE_OPTIONS,
  ENGINE_OPTIONS,
  GPG_OPTIONS,
  type OptionRow,
  ZIP_OPTIONS,
} from '../../../../runtime/engine/options/table.ts';
import { UserError } from '../../../../runtime/errors.ts';

/** A line of what a real Duplicati listed. */
interface Listed {
  name: string;
  of: string;
  type: string;
  default: string | null;
  aliases?: string[];
  values?: string[];
  deprecated?: boolean;
}

const FILE = new URL('../../../fixtures/duplicati/options.json', import.meta.url);
const LISTED: Listed[] = JSON.parse(readFileSync(FILE, 'utf8'));

const TABLES: Readonly<Record<string, Readonly<Record<string, OptionRow>>>> = {
  core: CORE_OPTIONS,
  zip: ZIP_OPTIONS,
  aes: AES_OPTIONS,
  gpg: GPG_OPTIONS,
};
const HERE = { now: 1_800_000_000, zone: 'UTC', listSeparator: ':' };
const ALL = { ...HERE, effectOf: () => ({ kind: 'used' }) as const };
const rows = Object.entries<OptionRow>(ENGINE_OPTIONS);

test('every option of a real Duplicati is in the table as it was listed, and no other', (t) => {
  for (const [of, table] of Object.entries(TABLES)) {
    const listed = LISTED.filter((one) => one.of === of);
    t.deepEqual(
      Object.keys(table),
      listed.map(({ name }) => name),
    );
    for (const one of listed) {
      const row = table[one.name]!;
      const shown = {
        name: one.name,
        of,
        type: row.type,
        default: row.default ?? '',
        aliases: row.aliases,
        values: row.values,
        deprecated: row.isDeprecated,
      };
      const { kind: _, ...expected } = {
        kind: '',
        aliases: undefined,
        values: undefined,
        deprecated: undefined,
        ...one,
      };
      t.deepEqual(shown as unknown, { ...expected, default: one.default ?? '' } as unknown);
    }
  }
  t.is(rows.length, 184);
});

test('every option is used, or refused with its reason, and its default is let through', (t) => {
  for (const [name, row] of rows) {
    const option = findOption(name)!;
    const effect = effectOf(option);
    if (effect.kind === 'refused') t.true(effect.why.length > 10, name);
    if (row.default !== undefined && !row.isOfMachine)
      t.true(readOptions({ [name]: row.default }, HERE).given.has(option));
    for (const alias of row.aliases ?? []) t.is(findOption(alias.toUpperCase()), option);
  }
});

test('an option that has no effect is refused by its name', (t) => {
  const refuse = { ...HERE, effectOf: () => ({ kind: 'refused', why: 'it does not work yet' }) as const };
  t.throws(() => readOptions({ 'soft-delete-prefix': 'old-' }, refuse), {
    instanceOf: UserError,
    message: '--soft-delete-prefix cannot be used: it does not work yet; leave it out',
  });
  t.throws(() => readOptions({ passphrase: 'the-secret' }, refuse), {
    message: /^--passphrase cannot(?!.*the-secret)/,
  });
});

test('what is not given has its default, and what has none is undefined', (t) => {
  const { options, given, rest } = readOptions({}, ALL);
  t.is(given.size, 0);
  t.deepEqual(rest, {});
  t.is(options['dblock-size'], 52_428_800);
  t.is(options.blocksize, 1_048_576);
  t.is(options['keep-versions'], 0);
  t.is(options['retention-policy'], undefined);
  t.is(options['symlink-policy'], 'Store');
  t.deepEqual(options['ignore-filenames'], ['CACHEDIR.TAG']);
  t.deepEqual(options['retry-delay'], [{ count: 10, unit: 's' }]);
  t.is(options['machine-name'], undefined);
  t.is(options['zip-compression-level'], '9');
  t.is(options['backup-test-percentage'], 0.1);
});

test('what is given is read by its type, under any of its names', (t) => {
  const { options, given, rest } = readOptions(
    {
      'Remote-Volume-Size': '20',
      blocksize: '100',
      'dry-run': '',
      'full-remote-verification': '',
      version: '0,2-4',
      'retention-policy': '1W:U',
      time: 'now',
      'exclude-files-attributes': 'hidden,system',
      'ignore-filenames': 'a:b',
      'skip-files-larger-than': '0',
      passphrase: ' two words ',
      'keep-time': '',
      'use-ssl': 'true',
    },
    ALL,
  );
  t.is(options['dblock-size'], 20 * 1024 ** 2);
  t.is(options.blocksize, 102_400);
  t.true(options['dry-run']);
  t.is(options['full-remote-verification'], 'True');
  t.deepEqual(options.version, [
    { from: 0, to: 0 },
    { from: 2, to: 4 },
  ]);
  t.deepEqual(options['retention-policy'], [{ frame: 604_800, interval: 0 }]);
  t.is(options.time, HERE.now);
  t.deepEqual(options['exclude-files-attributes'], ['Hidden', 'System']);
  t.deepEqual(options['ignore-filenames'], ['a', 'b']);
  t.deepEqual(readOptions({ 'ignore-filenames': '' }, ALL).options['ignore-filenames'], []);
  t.is(options['skip-files-larger-than'], undefined);
  t.is(options.passphrase, ' two words ');
  t.is(options['keep-time'], undefined);
  t.true(given.has('dblock-size'));
  t.deepEqual(rest, { 'use-ssl': 'true' });
});

test('a value that cannot be read stops the run with one sentence', (t) => {
  const bad: Record<string, string> = {
    'keep-versions': 'abc',
    'keep-time': '1d',
    'retention-policy': '7D',
    'dblock-size': '10kb',
    blocksize: '5gb',
    prefix: 'a-b',
    'zip-compression-level': '10',
    'cpu-intensity': '11',
    overwrite: 'perhaps',
    time: 'tomorrow',
  };
  for (const [name, value] of Object.entries(bad))
    t.throws(() => readOptions({ [name]: value }, ALL), {
      instanceOf: UserError,
      message: new RegExp(`^--${name}=${value} cannot be read`),
    });
  const twice = { 'dblock-size': '20mb', 'remote-volume-size': '30mb' };
  t.throws(() => readOptions(twice, ALL), { message: /^--dblock-size is given twice/ });
  t.notThrows(() => readOptions({ dryrun: 'true', 'dry-run': 'true' }, ALL));
});
