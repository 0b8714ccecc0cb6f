import { type Answer, ask } from './ask.ts';
import type { Log } from './log.ts';
import { expect } from './subject.ts';

/** A server under test: the process whose network it is in, and its port. */
export interface ServerUnderTest {
  log: Log;
  pid: number;
  port: number;
  /** Default 127.0.0.1. */
  address?: string;
}

function post({ log, pid, ...where }: ServerUnderTest, word: string, body: unknown): Promise<Answer> {
  return ask(log, pid, { ...where, path: `/api/v1/auth/${word}`, body });
}

/** Proves that the server takes this password, and no other. */
export async function expectPassword(server: ServerUnderTest, password: string): Promise<void> {
  const wrong = await post(server, 'login', { Password: `${password}x` });
  expect(wrong.status === 401, `a wrong password: ${wrong.status} ${wrong.body}`);
  const right = await post(server, 'login', { Password: password });
  expect(right.status === 200, `the password is another one: ${right.status} ${right.body}`);
}

/** Claims a server by the last sign-in link in a text, and proves that the link works once. */
export async function claimByLink(server: ServerUnderTest, text: string, password: string): Promise<void> {
  const token = [...text.matchAll(/signin\.html\?token=([\w-]{43})/g)].at(-1)?.[1];
  expect(token !== undefined, 'there is no sign-in link');
  const claimed = await post(server, 'claim', { SigninToken: token, Password: password });
  expect(claimed.status === 200 && claimed.body.includes('AccessToken'), `claim: ${claimed.status} ${claimed.body}`);
  const again = await post(server, 'claim', { SigninToken: token, Password: `${password} again` });
  expect(again.status === 409, `the link works twice: ${again.status} ${again.body}`);
  await expectPassword(server, password);
}
