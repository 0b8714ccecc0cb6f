import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { describeTopic } from '../../../runtime/cli/help-topics.ts';
import { runProgram } from '../run-program.ts';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures/duplicati');
const HELP: string = JSON.parse(readFileSync(path.join(FIXTURES, 'cli.jsonl'), 'utf8').split('\n')[1]!).stdout;
const LISTED: { name: string; of: string }[] = JSON.parse(readFileSync(path.join(FIXTURES, 'options.json'), 'utf8'));

test('there is something to say of every topic that a real Duplicati lists', (t) => {
  const listed = HELP.replace(/^.*?more information\./s, '').replace(/https:.*/s, '');
  const topics = [...listed.replaceAll(/^ {2}[A-Z]\w+: /gm, '').matchAll(/[a-z][a-z0-9-]+/g)].map(([one]) => one);
  const named = topics.filter((one) => !['option', 'provider'].includes(one));
  t.true(named.length > 80 && named.includes('mssql-options') && named.includes('returncodes'));
  for (const topic of [...named, 'examples', 'ftp', 'aftp', 'webdavs', 'storj', 'file-secret', 'hcv', 'find', 'search'])
    t.regex(describeTopic(topic) ?? '', /^\S.{30,}\n$/s, topic);
});

test('there is something to say of every option: what it does, or why it is not taken', (t) => {
  const modules = [
    'core',
    'zip',
    'aes',
    'gpg',
    'runscript',
    'sendmail',
    'sendhttp',
    'sendxmpp',
    'sendtelegram',
    'httpreportstatus',
    'tgz',
  ];
  for (const { name } of LISTED.filter(({ of }) => modules.includes(of))) {
    const text = describeTopic(`--${name}`) ?? '';
    t.true(text.startsWith(`--${name}`) && text.length > name.length + 20, `${name}: ${text}`);
  }
  t.regex(
    describeTopic('quota-size')!,
    /^--quota-size=SIZE .*\nOf backup\.\nIn the environment: DUPLICATI__QUOTA_SIZE\.\n$/s,
  );
  t.regex(describeTopic('remote-volume-size')!, /^--dblock-size=SIZE .*\nAlso: --remote-volume-size\.\n/s);
  t.regex(describeTopic('log-file')!, /\nOf every command\.\n/);
  t.regex(describeTopic('snapshot-policy')!, /^--snapshot-policy {2}It is not taken: snapshots are not taken:/);
  t.regex(describeTopic('time')!, /^Spans are/);
  t.regex(describeTopic('--time')!, /^--time=TIME/);
  t.is(describeTopic('nonsense'), undefined);
  t.is(describeTopic('constructor'), undefined);
});

test('help of a topic is printed, and of an unknown one that there is none, with all there is', async (t) => {
  const known = await runProgram('duplicati-cli', ['help', 'ReturnCodes']);
  t.is(known.code, 0);
  t.regex(known.stdout, /^Exit codes:\n {2}0 {4}done\n/);
  const unknown = await runProgram('duplicati-cli', ['help', 'nonsense\x1b[31m']);
  t.is(unknown.code, 0, 'as recorded');
  t.regex(unknown.stdout, /^Topic not found: nonsense\\x1b\[31m\n\nduplicati-cli - /);
  const command = await runProgram('duplicati-cli', ['help', 'backup']);
  const flag = await runProgram('duplicati-cli', ['backup', '--help']);
  t.is(command.stdout, flag.stdout);
});
