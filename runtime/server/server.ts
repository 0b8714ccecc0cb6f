import { readFileSync } from 'node:fs';
import { apiRoutes } from '../api/api.ts';
import { authRoutes } from '../api/auth-routes.ts';
import { makeConversations } from '../api/conversation.ts';
import { openParts } from '../api/parts.ts';
import { openSockets } from '../api/socket.ts';
import { LOCAL_CALLER, openAuth } from '../auth/auth.ts';
import { INITIAL_PASSWORD, takeInitialPassword } from '../auth/initial-password.ts';
import type { Given } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { makeAnswerer, type Site } from '../http/answer.ts';
import { type Interface, listenOnFirst, readInterface, readPorts } from '../http/listen.ts';
import type { Route } from '../http/route.ts';
import { makeChildJobs } from '../jobs/child-job.ts';
import type { Engine } from '../jobs/job.ts';
import { findLaunch } from '../jobs/launch.ts';
import { type Endpoint, removeEndpoint, writeEndpoint } from '../local/endpoint.ts';
import { openLocalDoor } from '../local/local-door.ts';
import { openLiveLog } from '../log/live-log.ts';
import type { Log } from '../log/log.ts';
import { auditFolder } from '../service/audit-folder.ts';
import { currentSystem, dataFolderOf, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import type { Running } from '../service/service.ts';
import { openSettings } from '../settings/settings.ts';
import { openTls } from '../tls/tls.ts';
import { readAuthChoice } from './auth-options.ts';
import { type ClaimLink, openClaimLink } from './claim-link.ts';
import { joinLogs } from './log-options.ts';
import { readGateRule, type ServerOption } from './options.ts';
import { applyStartSettings, readStartSettings } from './start-settings.ts';
import { openWeb } from './web-options.ts';

/** Milliseconds that a running job has to end what it has begun when the server stops; its unit gives the server ten seconds. */
const JOB_GRACE = 6000;

const health: Route = {
  method: 'GET',
  access: 'everybody',
  path: '/health',
  answer: () => ({ json: { status: 'healthy' } }),
};

/**
 * Starts the server: data folder, lock, settings, password, ports. `onFolder` is called with the data folder once it is ours.
 * @param systemLog where administrators look; @param engine makes jobs; processes of this program where none is given. @param fileLog a log that is told all but sign-in links.
 */
export async function startServer(
  given: Given<ServerOption>,
  systemLog: Log,
  onFolder: (folder: string) => void = () => {},
  engine: Engine = makeChildJobs(findLaunch(), systemLog),
  fileLog?: Log,
): Promise<Running & { url: string }> {
  const live = openLiveLog(joinLogs(systemLog, fileLog));
  const { log } = live;
  const on = readInterface(given.text('webservice-interface') ?? 'loopback');
  const wanted = readPorts(given.text('webservice-port') ?? '8200');
  let rule = readGateRule(given, on.isLoopback);
  const findFile = openWeb(given);
  const password = readPassword(given);
  const authChoice = readAuthChoice(given);
  readStartSettings(given);
  const insecure = given.flag('allow-insecure-datafolder');
  const folder = prepareDataFolder(dataFolderOf(given), insecure, log);
  const opened: (() => void)[] = [];
  const closeAll = () => {
    for (const close of opened.splice(0).reverse()) close();
  };
  const lock = lockFolder(folder);
  opened.push(() => lock.release());
  try {
    auditFolder(folder, { insecure, log, judgedElsewhere: [INITIAL_PASSWORD] });
    onFolder(folder);
    const settings = await openSettings(folder, readKeyChoice(given), log);
    opened.push(() => settings.close());
    let auth = openAuth(settings, log, undefined, authChoice);
    if (given.flag('webservice-reset-jwt-config')) {
      auth.reset();
      auth = openAuth(settings, log, undefined, authChoice);
    }
    if (password) await auth.passwords.setGiven(password.text, password.source);
    await takeInitialPassword(folder, auth.passwords, log);

    const tls = await openTls(given, { settings, folder, log });
    opened.push(() => tls?.close());
    if (tls) rule = { ...rule, host: { ...rule.host, allowed: new Set([...rule.host.allowed, ...tls.names]) } };

    let mayIssueForever = given.flag('webservice-enable-forever-token');
    const takeForeverToken = () => {
      const may = mayIssueForever;
      mayIssueForever = false;
      return may;
    };
    let claimLink: ClaimLink | undefined;
    let endpoint: Endpoint | undefined;
    const facts = {
      'server-listen-interface': given.text('webservice-interface') ?? 'loopback',
      'server-ssl-certificate': tls ? 'True' : 'False',
      'disable-signin-tokens': auth.hasLinks ? '' : 'True',
      'enable-folder-status-service': given.flag('webservice-enable-folder-status-service') ? 'True' : '',
      'server-disable-https': given.flag('webservice-disable-https') ? 'True' : 'False',
    };
    const parts = openParts(settings, { folder, live, facts, engine });
    opened.push(() => parts.stop());
    applyStartSettings(given, parts.settings);
    const open: Route[] = [
      health,
      ...authRoutes({
        auth,
        log,
        announceLink: () => claimLink?.announce() ?? false,
        takeForeverToken,
        endpointKey: () => endpoint?.key,
      }),
    ];
    const site: Site = {
      rule,
      routes: [...open, ...apiRoutes(parts, open)],
      findCaller: auth.findCaller,
      takeOperation: auth.takeOperation,
      findFile,
      log,
    };
    const sockets = openSockets({
      rule,
      isAlive: auth.isAlive,
      findSession: auth.findSession,
      begin: makeConversations(parts),
    });
    opened.push(() => sockets.close());
    const listener = await listenOnFirst(wanted, on, makeAnswerer(site), log, sockets.upgrade, tls?.find);
    const scheme = tls ? 'https' : 'http';
    const url = `${scheme}://${nameAddress(on)}:${listener.port}/`;
    const atDoor = { ...site, findCaller: async () => LOCAL_CALLER, takeOperation: async () => LOCAL_CALLER };
    const door = await openLocalDoor(folder, makeAnswerer(atDoor), log);
    opened.push(() => removeEndpoint(folder));
    removeEndpoint(folder); // one of a server that ended without a word
    // In a folder that others can use, a key of the server's would prove nothing.
    if (currentSystem().findFolderProblem(folder) === undefined)
      endpoint = writeEndpoint(folder, { scheme, host: nameAddress(on), port: listener.port });
    parts.settings.set('last-webserver-port', String(listener.port));
    claimLink = openClaimLink(auth.links, url, folder, systemLog); // the API does not show it
    opened.push(() => claimLink?.remove());
    const status = `Listening on ${listener.addresses.join(' and ')}`;
    log.information(`${status}, data folder ${folder}`);
    warnOfExposure(on.isLoopback || tls !== undefined, rule, log);
    claimLink.remove(); // one of a server that ended without a word
    if (!auth.passwords.isSet() && auth.hasLinks) claimLink.announce();
    else if (!auth.passwords.isSet())
      log.warning(
        'this server has no password yet, and lets nobody in by a link (--webservice-disable-signin-tokens): set one with --webservice-password-file or a file "initial-password" in the data folder',
      );
    const stop = async () => {
      parts.stop();
      sockets.close();
      await Promise.all([listener.close(400), door?.close(400), parts.queue.close(JOB_GRACE)]);
      closeAll();
    };
    return { status, url, stop, slowest: JOB_GRACE + 1000 };
  } catch (thrown) {
    closeAll();
    throw thrown;
  }
}

export function readKeyChoice(given: Given<ServerOption>) {
  const text = given.text('settings-encryption-key');
  const previous = given.text('settings-encryption-key-previous');
  return {
    ...(text ? { text } : {}),
    ...(previous ? { previous } : {}),
    isRequired: given.flag('require-db-encryption-key'),
    isDisabled: given.flag('disable-db-encryption'),
  };
}

/** The password of an option or the environment, in itself or in a file. @throws UserError (2) */
function readPassword(given: Given<ServerOption>): { text: string; source: string } | undefined {
  const text = given.text('webservice-password');
  if (text) return { text, source: '--webservice-password' };
  const file = given.text('webservice-password-file');
  if (!file) return undefined;
  try {
    const held = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (held === '' || held.length > 1024 || /[\x00-\x1f\x7f]/.test(held))
      throw new Error('it must hold one line, the password');
    return { text: held, source: '--webservice-password-file' };
  } catch (thrown) {
    throw new UserError(`--webservice-password-file: ${file} cannot be used: ${messageOf(thrown)}`, 2);
  }
}

/** The address that links name: loopback, unless the server is told to listen elsewhere alone. */
function nameAddress({ addresses }: Interface): string {
  const [only, further] = addresses;
  if (!only || further) return '127.0.0.1';
  return only.address.includes(':') ? `[${only.address}]` : only.address;
}

function warnOfExposure(isPrivate: boolean, rule: Site['rule'], log: Log): void {
  if (!isPrivate) {
    log.warning(
      'other machines can reach this server, and what they send is not encrypted (--webservice-interface): whoever can read the network reads the password; give a certificate (--webservice-sslcertificatefile) or use --configure-https',
    );
  }
  if (rule.host.allowed.has('*'))
    log.warning('every host name is answered (--webservice-allowed-hostnames=*): web pages may reach this server');
}
