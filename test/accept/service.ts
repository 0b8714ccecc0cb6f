import { ask, askAll, waitUntil } from './ask.ts';
import { auditSockets } from './audit.ts';
import type { Box } from './box.ts';
import type { Log } from './log.ts';
import { expect, expectSame, PORT, type Subject } from './subject.ts';

/** One property of a unit, as systemd says it. */
export async function readUnit(box: Box, unit: string, property: string): Promise<string> {
  return (await box.run(['systemctl', 'show', '-p', property, '--value', unit])).trim();
}

export async function isActive(box: Box, subject: Subject): Promise<boolean> {
  return (await readUnit(box, subject.unit, 'ActiveState')) === 'active';
}

/** `enabled`, `disabled`, `masked`. */
export async function readEnabled(box: Box, subject: Subject): Promise<string> {
  return (await box.try(['systemctl', 'is-enabled', subject.unit])).stdout.trim();
}

/** The service runs, answers where it promised, refuses strangers and listens nowhere else. */
export async function expectServing(box: Box, subject: Subject, log: Log): Promise<void> {
  await waitUntil(`${subject.unit} is active`, () => isActive(box, subject));
  if (subject.sockets.length > 0) await expectAnswers(box, log);
  const wrong = await auditSockets(box, subject.sockets);
  expect(wrong.length === 0, wrong.join('; '));
}

/** Names a web page could be served under to reach a server on loopback. Each must be refused before anything else. */
const STRANGERS = [
  'evil.test',
  'localhost.evil.test:8200',
  '127.0.0.1.nip.io:8200',
  '192.0.2.1:8200',
  '0x7f.1:8200',
  '',
];

export async function expectAnswers(box: Box, log: Log): Promise<void> {
  const health = { port: PORT, path: '/health' };
  for (const address of ['127.0.0.1', '::1']) {
    const asked = async () => (await ask(log, box.leader, { ...health, address })).status === 200;
    await waitUntil(`200 from /health on ${address}`, asked);
  }
  const answers = await askAll(
    log,
    box.leader,
    [...STRANGERS, 'localhost:8200'].map((host) => ({ ...health, host })),
  );
  for (const [n, host] of STRANGERS.entries()) {
    const { status } = answers[n]!;
    expect(status >= 400 && status < 500, `a request for host "${host}" was answered with ${status}`);
  }
  expectSame(String(answers.at(-1)?.status), '200', 'a request for host "localhost"');
}

/** The service does not run and nothing of it is left in the process table. */
export async function expectStopped(box: Box, subject: Subject): Promise<void> {
  const args = await box.sh(`ps -eo args | grep -F '${subject.home}/' | grep -v grep || true`);
  expectSame(args, '', 'processes');
}

/** SIGKILL to the main process: another one takes over. */
export async function killService(box: Box, subject: Subject): Promise<void> {
  const old = await readUnit(box, subject.unit, 'MainPID');
  await box.sh(`kill -9 ${old}`);
  await waitUntil('a new main process after kill -9', async () => {
    const now = await readUnit(box, subject.unit, 'MainPID');
    return now !== old && now !== '0' && (await isActive(box, subject));
  });
}
