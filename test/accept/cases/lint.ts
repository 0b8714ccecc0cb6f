import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from '../case.ts';
import { tryCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { listPackages } from '../packages.ts';
import { expect } from '../subject.ts';

/** What lintian and rpmlint may say, a line each: `TOOL TAG  reason`. At most twelve; nothing about scripts, permissions or systemd. */
const POLICY = fileURLToPath(new URL('../lint-policy.txt', import.meta.url));
const LIMIT = 12;
const NEVER = /script|permission|perm\b|systemd|service|setuid|setgid|mode/;

export const LINT_CASES: readonly Case[] = [
  { name: 'lint/deb', roots: [], run: lintDebs },
  { name: 'lint/rpm', roots: [], run: lintRpms },
  { name: 'lint/policy', roots: [], run: checkPolicy },
];

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
  return `${policy.length} tags of at most ${LIMIT}`;
}

async function lintDebs(log: Log): Promise<string> {
  const files = await listPackages('deb');
  expect(files.length > 0, 'no deb in dist/');
  const argv = ['lintian', '--allow-root', '--fail-on', 'none', '--display-info', '--tag-display-limit', '0', ...files];
  const { text } = await tryCommand(log, argv, { timeout: 900 });
  // `E: package: tag details`
  return await judge('lintian', text, /^([EWIX]): (\S+)(?: \w+)?: (\S+)(.*)$/gm, files.length);
}

async function lintRpms(log: Log): Promise<string> {
  const files = await listPackages('rpm');
  expect(files.length > 0, 'no rpm in dist/');
  const config = fileURLToPath(new URL('../rpmlint.toml', import.meta.url));
  const { text } = await tryCommand(log, ['rpmlint', '-c', config, ...files], { timeout: 900 });
  // `package.x86_64: W: tag details`
  return await judge(
    'rpmlint',
    text.replace(/^(\S+): ([EW]): /gm, '$2: $1: '),
    /^([EW]): (\S+): (\S+)(.*)$/gm,
    files.length,
  );
}

async function judge(tool: string, text: string, row: RegExp, count: number): Promise<string> {
  const listed = (await readPolicy()).filter((one) => one.tool === tool);
  const known = new Set(listed.map((one) => one.tag));
  // An error stands only where the tool is wrong, or where a later step of a release is what it misses.
  const excused = new Set(
    listed.filter((one) => /^(false alarm|not yet|as given):/.test(one.reason)).map((one) => one.tag),
  );
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const [, level = '', name = '', tag = '', rest = ''] of text.matchAll(row)) {
    seen.add(tag);
    if (level === 'E' ? !excused.has(tag) : !known.has(tag)) wrong.push(`${level}: ${basename(name)}: ${tag}${rest}`);
  }
  const unused = [...known].filter((tag) => !seen.has(tag));
  expect(wrong.length === 0, `${tool}:\n${[...new Set(wrong)].slice(0, 40).join('\n')}`);
  expect(unused.length === 0, `listed but no longer said by ${tool}: ${unused.join(', ')}`);
  return `${count} packages, tags: ${[...seen].join(' ') || 'none'}`;
}
