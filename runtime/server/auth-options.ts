import type { AuthChoice } from '../auth/auth.ts';
import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { boundsOf, readInterval } from '../schedule/interval.ts';

export type AuthOption =
  | 'webservice-token-duration'
  | 'webservice-pre-auth-tokens'
  | 'webservice-disable-signin-tokens';

/** Who is let in, beside the password. */
export const authOptions: readonly Option<AuthOption>[] = [
  {
    name: 'webservice-token-duration',
    value: 'TIME',
    default: '30D',
    help: 'How long a browser that was told to stay signed in may do so after its last use, such as 12h or 30D.',
  },
  {
    name: 'webservice-pre-auth-tokens',
    value: 'TOKENS',
    secret: true,
    help: 'Tokens for a reverse proxy that signs people in by itself, separated by semicolons: a request with the header "Authorization: PreAuth TOKEN" needs no password. Each of 10 characters or more, letters, digits, - and _.',
  },
  {
    name: 'webservice-disable-signin-tokens',
    help: 'Let nobody in by a sign-in link, not even to choose the first password.',
  },
];

/** Seconds: browsers keep a cookie for at most 400 days. */
const SHORTEST = 60;
const LONGEST = 400 * 86_400;

/** @throws UserError (2) */
export function readAuthChoice(given: Given<AuthOption>): AuthChoice {
  const duration = given.text('webservice-token-duration') ?? '30D';
  const interval = readInterval(duration);
  const { least, most } = interval ? boundsOf(interval) : { least: 0, most: 0 };
  if (least < SHORTEST || most > LONGEST)
    throw new UserError(
      `--webservice-token-duration: "${duration}" is not a time between a minute and 400 days, such as 12h or 30D`,
      2,
    );
  const preAuthTokens = (given.text('webservice-pre-auth-tokens') ?? '')
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean);
  if (preAuthTokens.some((one) => !/^[\w-]{10,1024}$/.test(one)))
    throw new UserError(
      '--webservice-pre-auth-tokens: a token has at least 10 characters, which are letters, digits, - or _',
      2,
    );
  return { remembered: least, preAuthTokens, refusesLinks: given.flag('webservice-disable-signin-tokens') };
}
