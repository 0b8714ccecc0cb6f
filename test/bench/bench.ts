import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Group, judge, runGroup } from './contest.ts';
import { debGroup } from './groups/deb.ts';
import { benchEngine, ENGINE_HEAD } from './groups/engine.ts';
import { imageGroup } from './groups/image.ts';
import { msiGroup } from './groups/msi.ts';
import { rpmGroup } from './groups/rpm.ts';
import { benchServer, SERVER_HEAD } from './groups/server.ts';
import { setGroup } from './groups/set.ts';
import { openPayloads } from './payload.ts';
import { installPeers } from './peers.ts';
import { FIGURES, figureRows, renderTable, VERDICTS, verdictRows } from './table.ts';
import { openWorkspace } from './workspace.ts';

const GROUPS = { deb: debGroup, rpm: rpmGroup, image: imageGroup, msi: msiGroup, set: setGroup };
/** What is measured in another way: a program that runs, not one that ends; and backups, one run of each, since they take long. */
const [SERVER, ENGINE] = ['server', 'engine'];
const NAMES = [...Object.keys(GROUPS), SERVER, ENGINE];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: NAMES },
    match: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: "${values.rounds}" is no number of rounds`);
const unknown = values.only.find((name) => !NAMES.includes(name));
if (unknown) throw new Error(`--only: "${unknown}" is none of ${NAMES.join(', ')}`);

const say = (line: string) => console.error(`bench: ${line}`);
const peers = installPeers(values.only.includes(ENGINE));
for (const line of peers) say(line);
const machine = () =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`;
say(machine());

const space = await openWorkspace();
// A cold cache and its trees are gigabytes: they must not stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => space.remove().then(() => process.exit(130)));
try {
  const payloads = openPayloads(space);
  const figures: string[][] = [];
  const verdicts: string[][] = [];
  const raw: unknown[] = [];
  for (const [name, open] of Object.entries(GROUPS)) {
    if (!values.only.includes(name)) continue;
    const group = narrow(open(space, payloads), values.match);
    const results = await runGroup(group, rounds, say);
    const judged = judge(group, results);
    figures.push(...figureRows(group, results));
    verdicts.push(...verdictRows(group, judged));
    raw.push({ group: name, results: Object.fromEntries(results), verdicts: judged });
  }
  const server = values.only.includes(SERVER) ? await benchServer(space, payloads, rounds, say) : [];
  const engine = values.only.includes(ENGINE) ? await benchEngine(space, payloads, values.match, say) : [];
  if (values.json)
    console.log(JSON.stringify({ machine: machine(), peers, rounds, groups: raw, server, engine }, null, 2));
  else {
    console.log(`${machine()}; ${rounds} rounds\n${peers.join('; ')}\n`);
    const tables = [
      [FIGURES, figures],
      [VERDICTS, verdicts],
      [SERVER_HEAD, server],
      [ENGINE_HEAD, engine],
    ] as const;
    for (const [head, rows] of tables)
      if (rows.length > 0) console.log(`${renderTable(head, rows, values.markdown)}\n`);
  }
} finally {
  await space.remove();
}

/** Only contestants whose name contains the word, and what can still be compared. */
function narrow(group: Group, word: string | undefined): Group {
  if (!word) return group;
  const contestants = group.contestants.filter(({ name }) => name.includes(word));
  const there = (name: string) => contestants.some((one) => one.name === name);
  const bounds = group.bounds.filter(({ ours, peers }) => there(ours) && Object.keys(peers).every(there));
  return { ...group, contestants, bounds };
}
