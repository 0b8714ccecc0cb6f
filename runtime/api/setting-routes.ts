import { boolean, maxLength, nullable, nullish, number, object, pipe, record, string, transform, union } from 'valibot';
import { type AllowedPrograms, findInOption } from '../backups/programs.ts';
import { holdsMask, isSecretOption, MASK, maskAddress } from '../backups/secrets.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { isTimeZone } from '../schedule/run-schedules.ts';
import type { InterfaceSettings } from '../settings/interface-settings.ts';
import { judgeSetting, type ServerSettings } from '../settings/server-settings.ts';
import { refuseProtected, requireAllowed } from './backup-routes.ts';
import { isSpeed } from './speed-limits.ts';
import { isStartupDelay } from './state-routes.ts';

const value = pipe(string(), maxLength(65_536));
/** Clients send numbers and truth values as such too. */
const loose = nullable(union([value, pipe(union([number(), boolean()]), transform(String))]));
const values = record(pipe(string(), maxLength(256)), loose);

/** Settings of the server, and what web clients remember. */
export function settingRoutes(
  settings: ServerSettings,
  ui: InterfaceSettings,
  allowed: AllowedPrograms,
  folder: string,
): Route[] {
  const change = (sent: Record<string, string | null>) => {
    const changes = new Map<string, string | undefined>();
    const shown = listSettings(settings);
    const options = new Map(settings.options().map((option) => [`--${option.name}`, option.value]));
    for (const [sentName, text] of Object.entries(sent)) {
      const name = sentName.toLowerCase();
      const kind = judgeSetting(name);
      if (kind === 'read-only' && text === shown[name]) continue; // all of them, sent back as they were read
      if (kind === 'read-only' || isSecretSetting(name))
        throw new Refusal(
          403,
          'This setting cannot be changed here: how the server is reached is said by the options that it is started with, and the password is changed with auth/password.',
        );
      if (kind === 'unknown') continue;
      if (name === 'server-timezone' && !isTimeZone(text ?? '')) throw new Refusal(400, 'This time zone is not known.');
      if (name === 'startup-delay' && !isStartupDelay(text ?? ''))
        throw new Refusal(400, 'The delay at the start must be a time span such as 5m, of a year at most.');
      if (/^max-(up|down)load-speed$/.test(name) && !isSpeed(text ?? ''))
        throw new Refusal(
          400,
          'A speed must be a size such as 500KB or 2MB, for a second; leave it empty for no limit.',
        );
      if (kind === 'option' && text !== null) {
        requireAllowed(findInOption(name, text), allowed);
        refuseProtected({ targetUrl: 'none://', options: [{ name, value: text }] }, folder);
      }
      if (text !== null && holdsMask(text)) {
        if (text !== MASK && text !== maskAddress(options.get(name) ?? ''))
          throw new Refusal(400, 'A password is hidden: enter it again.');
        continue; // as it was
      }
      changes.set(name, text ?? undefined);
    }
    settings.change(changes);
  };
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/serversettings',
      answer: () => ({ json: listSettings(settings) }),
    },
    routeWithBody({
      method: 'PATCH',
      access: 'session',
      path: '/api/v1/serversettings',
      body: values,
      answer({ body }) {
        change(body);
        return {};
      },
    }),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/serversetting/{name}',
      answer({ parameters }) {
        const known = listSettings(settings);
        const name = parameters.name?.toLowerCase() ?? '';
        if (!Object.hasOwn(known, name)) return { json: null };
        return { text: { type: 'text/plain', body: known[name] ?? '' } };
      },
    },
    routeWithBody({
      method: 'PUT',
      access: 'session',
      path: '/api/v1/serversetting/{name}',
      body: nullable(value),
      answer({ body, parameters }) {
        change({ [parameters.name ?? '']: body });
        return {};
      },
    }),
    { method: 'GET', access: 'session', path: '/api/v1/uisettings', answer: () => ({ json: ui.schemes() }) },
    // Duplicati's way to hand in a certificate: how this server is reached is no session's to decide.
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/uisettings',
      body: object({ Certificate: string(), Password: nullish(string()) }),
      answer() {
        throw new Refusal(
          403,
          'A certificate is not taken here: start the server with --webservice-sslcertificatefile, or let it make one with --configure-https.',
        );
      },
    }),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/uisettings/{scheme}',
      answer: ({ parameters }) => ({ json: ui.list(parameters.scheme ?? '') }),
    },
    routeWithBody({
      method: 'PATCH',
      access: 'session',
      path: '/api/v1/uisettings/{scheme}',
      body: values,
      answer({ body, parameters }) {
        if ((parameters.scheme ?? '').length > 256) throw new Refusal(400, 'This name is too long.');
        if (!ui.change(parameters.scheme ?? '', body)) throw new Refusal(409, 'There are too many such settings.');
        return {};
      },
    }),
  ];
}

/** All settings, without secrets. */
export function listSettings(settings: ServerSettings): Record<string, string> {
  const shown = Object.entries(settings.list()).map(([name, text]) => [
    name,
    isSecretOption(name) && name.startsWith('--') && text !== '' ? MASK : maskAddress(text),
  ]);
  return Object.fromEntries(shown);
}

/** What Duplicati keeps among its settings and ours does not: passwords and keys. */
function isSecretSetting(name: string): boolean {
  return /^(server-passphrase.*|jwt-config|preauth-tokens|server-ssl.*|.*-certificate.*|trayicon-.*|settings-encryption.*)$/.test(
    name,
  );
}
