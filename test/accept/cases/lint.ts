import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../ask.ts';
import type { Case } from '../case.ts';
import { tryCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { findPackage } from '../packages.ts';
import { EDITIONS, type EditionName, expect } from '../subject.ts';

/** What lintian and rpmlint may say, a line each: `TOOL TAG  reason`. At most twelve; nothing about scripts, permissions or systemd. */
const POLICY = fileURLToPath(new URL('../lint-policy.txt', import.meta.url));
const LIMIT = 12;
const EXCUSE = /^(false alarm|not yet|as given):/;
const NEVER = /script|permission|perm\b|systemd|service|setuid|setgid|mode/;

/** A case a package, so that they run side by side; the list itself is judged last, when all has been said. */
export function lintCases(arches: readonly ('x64' | 'arm64')[]): Case[] {
  return [
    ...arches.flatMap((arch) =>
      EDITIONS.flatMap((edition) => [
        { name: `lint/deb/${arch}/${edition}`, roots: [], run: (log: Log) => lintDeb(edition, arch, log) },
        { name: `lint/rpm/${arch}/${edition}`, roots: [], run: (log: Log) => lintRpm(edition, arch, log) },
      ]),
    ),
    { name: 'lint/policy', roots: [], run: checkPolicy },
  ];
}

/** Linters at work. Cases start in their order, so all that were asked for have begun when the list is judged. */
let running = 0;
/** What each tool has said, by tool; a run of all packages shows which lines of the list are no longer needed. */
const said = { lintian: new Map<string, Set<string>>(), rpmlint: new Map<string, Set<string>>() };

async function readPolicy(): Promise<{ tool: string; tag: string; reason: string }[]> {
  const lines = (await readFile(POLICY, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => {
    const [tool = '', tag = '', ...reason] = line.split(/\s+/);
    return { tool, tag, reason: reason.join(' ') };
  });
}

async function checkPolicy(): Promise<string> {
  const policy = await readPolicy();
  expect(policy.length <= LIMIT, `${policy.length} tags are listed, at most ${LIMIT}`);
  for (const { tag, reason } of policy) {
    expect(reason.length > 20, `${tag} has no reason`);
    expect(!NEVER.test(tag), `${tag} is of a kind that is never listed`);
  }
  await waitUntil('the linters have ended', async () => running === 0, 1200);
  for (const tool of ['lintian', 'rpmlint'] as const) {
    if (said[tool].size < 2 * EDITIONS.length) continue;
    const heard = new Set([...said[tool].values()].flatMap((tags) => [...tags]));
    const unused = policy.filter((one) => one.tool === tool && !heard.has(one.tag)).map((one) => one.tag);
    expect(unused.length === 0, `listed but no longer said by ${tool}: ${unused.join(', ')}`);
  }
  return `${policy.length} tags of at most ${LIMIT}`;
}

async function lintDeb(edition: EditionName, arch: string, log: Log): Promise<string> {
  const { file } = await findPackage('deb', edition, 'now', arch);
  const argv = ['lintian', '--allow-root', '--fail-on', 'none', file];
  const text = await lint(argv, log);
  // `E: package: tag details`
  return await judge('lintian', file, text, /^([EW]): (\S+)(?: \w+)?: (\S+)(.*)$/gm);
}

async function lintRpm(edition: EditionName, arch: string, log: Log): Promise<string> {
  const { file } = await findPackage('rpm', edition, 'now', arch);
  const config = fileURLToPath(new URL('../rpmlint.toml', import.meta.url));
  const text = await lint(['rpmlint', '-c', config, file], log);
  // `package.x86_64: W: tag details`
  return await judge('rpmlint', file, text, /^(?=\S+: ([EW]): )(\S+): [EW]: (\S+)(.*)$/gm);
}

async function lint(argv: readonly string[], log: Log): Promise<string> {
  running += 1;
  try {
    return (await tryCommand(log, argv, { timeout: 900 })).text;
  } finally {
    running -= 1;
  }
}

async function judge(tool: keyof typeof said, file: string, text: string, row: RegExp): Promise<string> {
  const listed = (await readPolicy()).filter((one) => one.tool === tool);
  const known = new Set(listed.map((one) => one.tag));
  // An error stands only where the tool is wrong, or where a later step of a release is what it misses.
  const excused = new Set(listed.filter((one) => EXCUSE.test(one.reason)).map((one) => one.tag));
  const tags = new Set<string>();
  const wrong: string[] = [];
  for (const [, level = '', , tag = '', rest = ''] of text.matchAll(row)) {
    tags.add(tag);
    if (level === 'E' ? !excused.has(tag) : !known.has(tag)) wrong.push(`${level}: ${tag}${rest}`);
  }
  said[tool].set(file, tags);
  expect(wrong.length === 0, `${tool}:\n${[...new Set(wrong)].slice(0, 40).join('\n')}`);
  return [...tags].join(' ') || 'not a word';
}
