/** What a real Duplicati's command line was asked, asked again of ours: the same exit codes and ErrorIDs, but for a table of differences. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

interface Recorded {
  args: string[];
  exit: number;
  stderr: string;
  env?: Record<string, string>;
  note?: string;
}

const FILE = path.join(import.meta.dirname, '../../fixtures/duplicati/cli.jsonl');
const RECORDED: Recorded[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
/** Where the recorded one ran. */
const THERE = '/srv/cli';

/** By the number of the call: how ours ends, `exit ErrorID`, and why it is another end. There may be 20 at most. */
const DIFFERENCES: Readonly<Record<number, { ends: string; why: string }>> = {
  13: { ends: '100 ', why: 'no passphrase at all is said as such, not as one that was changed' },
  16: {
    ends: '200 ',
    why: 'an unknown option is refused: a run without the protection that was asked for is worse than none',
  },
  17: { ends: '200 ', why: 'a retention option that cannot be read stops the run instead of being left out' },
  22: { ends: '100 WrongPassphrase', why: 'a wrong passphrase has a name, where theirs ends with a stack' },
  39: { ends: '100 VersionNotFound', why: 'a version that does not exist is an error; theirs restores another one' },
  40: { ends: '100 WrongPassphrase', why: 'a wrong passphrase has a name, where theirs ends with a stack' },
  48: {
    ends: '2 ',
    why: 'a missing volume does not stop the backup: what it held is uploaded again where it is still here',
  },
  51: { ends: '0 ', why: 'the blocks of a missing volume are found in the source files without an option for it' },
  52: { ends: '0 ', why: 'metadata of nothing is uploaded where no volume has it; theirs fails' },
  54: {
    ends: '100 DamagedRemoteFiles',
    why: 'damage has a name and is told for every volume; theirs ends at the first with a stack',
  },
  55: {
    ends: '100 RestoreIncomplete',
    why: 'one damaged volume stops nothing else from being restored; theirs restores nothing',
  },
  57: {
    ends: '100 ExtraRemoteFiles',
    why: 'files that the database does not know are told and left; theirs deletes them',
  },
  58: { ends: '1 ', why: 'a lost database is read from the destination again, and the backup goes on' },
  60: {
    ends: '1 ',
    why: 'theirs had a version more, which was left when the two newest were deleted; ours keeps the newest, and nothing changed since',
  },
};

test('every recorded call ends as it did, but for what ours does better', async (t) => {
  t.timeout(600_000);
  const root = await makeFolder(t);
  const [source, remote, database] = ['source', 'remote', 'db.sqlite'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  const dblocks = () =>
    readdirSync(remote)
      .filter((name) => name.includes('.dblock.'))
      .sort();
  const write = (name: string, text: string) => writeFileSync(path.join(source, name), text);
  const extra = path.join(remote, 'duplicati-20200101T000000Z.dlist.zip.aes');
  let [block, kept] = ['', Buffer.alloc(0)];
  const putBack = () => {
    if (block !== '') writeFileSync(path.join(remote, block), kept);
  };
  mkdirSync(path.join(source, 'sub'), { recursive: true });
  write('a.txt', 'one\n');
  write('b.bin', 'x'.repeat(300_000));
  write('sub/c.txt', 'three\n');
  /** What changed before a call. */
  const before: Record<number, () => void> = {
    10() {
      write('a.txt', 'one changed\n');
      write('new.txt', 'new\n');
      rmSync(path.join(source, 'sub/c.txt'));
    },
    36: () => writeFileSync(path.join(root, 'out/a.txt'), 'mine\n'),
    48() {
      block = dblocks()[0]!;
      kept = readFileSync(path.join(remote, block));
      rmSync(path.join(remote, block));
    },
    54() {
      const flipped = Buffer.from(kept);
      flipped[flipped.length >> 1]! ^= 1;
      writeFileSync(path.join(remote, block), flipped);
    },
    56() {
      putBack();
      writeFileSync(extra, 'x');
    },
    58() {
      rmSync(extra, { force: true });
      for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true });
    },
    63: () => chmodSync(path.join(source, 'a.txt'), 0),
  };
  /** Where ours heals what theirs refused to touch, the next call finds what theirs found. */
  const untouched = new Set([48, 51, 58]);
  const differences: Record<number, string> = {};
  for (const [number, { args, exit, stderr, env }] of RECORDED.entries()) {
    before[number]?.();
    const state = path.join(root, 'state');
    if (untouched.has(number)) {
      cpSync(remote, path.join(state, 'remote'), { recursive: true });
      if (existsSync(database)) cpSync(database, path.join(state, 'db.sqlite'));
    }
    const words = args.map((word) =>
      /^duplicati-b[0-9a-f]{32}\.dblock/.test(word) ? dblocks()[0]! : word.replaceAll(THERE, root),
    );
    const ended = await runProgram('duplicati-cli', words, { HOME: root, ...env });
    if (untouched.has(number)) {
      for (const name of [remote, database, `${database}-wal`, `${database}-shm`])
        rmSync(name, { recursive: true, force: true });
      cpSync(state, root, { recursive: true });
      rmSync(state, { recursive: true });
    }
    const idOf = (text: string) => /^ErrorID: (\S+)$/m.exec(text)?.[1] ?? '';
    const [theirs, ours] = [`${exit} ${idOf(stderr)}`, `${ended.code} ${idOf(ended.stderr)}`];
    if (theirs !== ours) differences[number] = ours;
    if (theirs !== ours && DIFFERENCES[number]?.ends !== ours)
      t.log(`${number} ${args.join(' ')}: ${theirs}, ours ${ours}: ${ended.stderr.slice(-300)}`);
  }
  t.deepEqual(differences, Object.fromEntries(Object.entries(DIFFERENCES).map(([number, { ends }]) => [number, ends])));
  t.true(Object.values(DIFFERENCES).every(({ why }) => why.length > 20));
  t.true(Object.keys(DIFFERENCES).length <= 20);
});
