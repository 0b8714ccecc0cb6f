import { object, string } from 'valibot';
import { findWeakness } from '../auth/password-rules.ts';
import { UserError } from '../errors.ts';
import { askSecret, readSecret } from './ask-secret.ts';
import type { Command, Context } from './command.ts';
import { USER_ERROR } from './options.ts';
import { readAnswer } from './read-answer.ts';
import { changePassword, logIn, logOut } from './session.ts';

/** Who may talk to the server. */
export const accessCommands: readonly Command[] = [
  {
    name: 'login',
    operands: [],
    help: 'Log in to the server and keep a token for later commands.',
    options: [],
    examples: [
      {
        line: 'duplicati-server-util login --hosturl=https://nas.example:8200',
        help: 'Log in to a server elsewhere; it asks for the password.',
      },
    ],
    async run({ given, output, tokens, connect, readPassword }) {
      output.say('Logging in to the server');
      // With a password, the password is what is asked about: it has to be the right one.
      const server = await connect(given.text('password') !== undefined);
      if (server.isLocalDoor) {
        output.say('No password is needed here: this is the account of the server, or root');
        return output.end(0);
      }
      const kept = await logIn(server, await readPassword(), true);
      await tokens.alone(() => tokens.write(server.name, kept));
      output.say('Logged in, persistent token saved');
      return output.end(0);
    },
  },
  {
    name: 'logout',
    operands: [],
    help: 'End the session of login and forget its token.',
    options: [],
    examples: [],
    async run({ output, tokens, connect }) {
      output.say('Logging out of the server...');
      const server = await connect(true);
      const kept = await tokens.read(server.name);
      if (!kept) {
        output.say('There is no login to end');
        return output.end(0);
      }
      // Forgotten even where the server cannot be told.
      await tokens.alone(() => tokens.write(server.name, undefined));
      await logOut(server, kept);
      return output.end(0);
    },
  },
  {
    name: 'change-password',
    operands: ['[<new-password>]'],
    help: 'Change the password of the server, or set its first one. It is asked for where it is not given; - reads it from standard input. Root and the owner of the server need not know the old one. Everybody has to log in again.',
    options: [],
    examples: [
      { line: 'sudo duplicati-server-util change-password', help: 'Set the password of the service of this machine.' },
    ],
    async run(context) {
      const { output, tokens, connect, readPassword } = context;
      const server = await connect();
      const old = server.isLocalDoor ? undefined : await readPassword();
      const wanted = await readNewPassword(context);
      const weakness = findWeakness(wanted);
      if (weakness !== undefined) output.say(`Warning: this password is easy to guess. ${weakness}`);
      const wasKept = !server.isLocalDoor && (await tokens.read(server.name)) !== undefined;
      const fresh = await changePassword(server, old, wanted, wasKept);
      if (fresh && wasKept) await tokens.alone(() => tokens.write(server.name, fresh));
      else if (fresh) await logOut(server, fresh);
      output.say('The password is changed');
      return output.end(0);
    },
  },
  {
    name: 'issue-forever-token',
    operands: [],
    help: 'Make a token that is good for ten years. The server must have been started with --webservice-enable-forever-token, and gives out one.',
    options: [],
    examples: [],
    run: ({ output, withSession }) =>
      withSession(async (session) => {
        const answer = await session.call({ method: 'POST', target: '/api/v1/auth/issue-forever-token' });
        const { Token } = readAnswer(object({ Token: string() }), answer);
        output.say(
          'Token issued with a lifetime of 10 years; whoever has it is let in. Start the server without --webservice-enable-forever-token now.',
        );
        output.say(Token);
        output.set('Token', Token);
        return output.end(0);
      }),
  },
];

async function readNewPassword({ words: [given] }: Context): Promise<string> {
  if (given === '-') return readSecret(USER_ERROR);
  if (given !== undefined) return given;
  const otherwise = 'Give the new password, or - to have it read from standard input';
  const typed = await askSecret('New password', otherwise, USER_ERROR);
  if ((await askSecret('The same again', otherwise, USER_ERROR)) !== typed)
    throw new UserError('These are two different passwords', USER_ERROR);
  return typed;
}
