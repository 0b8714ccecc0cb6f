import { maxLength, nullish, object, pipe, string } from 'valibot';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';

/** How it stands with a Console that would manage this server: there is none, and nothing tries to reach one. */
export const REMOTE_CONTROL = {
  CanEnable: false,
  IsEnabled: false,
  IsConnected: false,
  IsRegistering: false,
  IsRegisteringFaulted: false,
  IsRegisteringCompleted: false,
  RegistrationUrl: null,
};

const NO_CONSOLE =
  'This server is managed by nobody else: it has no connection to a Console, and registers with none. To reach it from other machines, use --webservice-interface with HTTPS.';

/** Being managed from a Console. Clients are told how it stands; what would begin it is refused, what would end it has nothing to do. */
export function remoteControlRoutes(): Route[] {
  const at = (path: string) => ({ access: 'session', path: `/api/v1/remotecontrol/${path}` }) as const;
  const tell = () => ({ json: REMOTE_CONTROL });
  const refuse = (message: string) => () => {
    throw new Refusal(400, message);
  };
  return [
    { ...at('status'), method: 'GET', answer: tell },
    { ...at('enable'), method: 'POST', answer: refuse(`Remote control is not configured. ${NO_CONSOLE}`) },
    { ...at('disable'), method: 'POST', answer: tell },
    routeWithBody({
      ...at('register'),
      method: 'POST',
      body: object({ RegistrationUrl: nullish(pipe(string(), maxLength(4096))) }),
      answer({ body }) {
        if (!body.RegistrationUrl?.trim()) throw new Refusal(400, 'Registration URL must be provided');
        throw new Refusal(400, NO_CONSOLE);
      },
    }),
    { ...at('register'), method: 'DELETE', answer: tell },
    { ...at('register/wait'), method: 'POST', answer: refuse('No ongoing registration to wait for') },
    { ...at('registration'), method: 'DELETE', answer: tell },
  ];
}
