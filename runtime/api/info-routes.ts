import os from 'node:os';
import { object, string } from 'valibot';
import { MASK } from '../backups/secrets.ts';
import { makeFilterGroups } from '../engine/filter/filter-groups.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { LOG_LEVELS } from '../log/log.ts';
import { version } from '../paths.ts';
import { findHome } from './file-routes.ts';
import { listModules } from './modules.ts';
import { listTimeZones } from './time-zones.ts';

/** What is said to a person who looks for updates: nobody is asked, so it must not look as if there were none. */
const UPDATES = {
  kind: 'Information',
  title: 'Updates come as packages',
  message:
    'This server does not look for updates. They come with the packages it was installed from: apt, dnf, a new image or a new installer.',
  exception: '',
  action: '',
  messageId: 'UpdatesComeAsPackages',
} as const;

const CHANGES =
  'What has changed is in the CHANGELOG.md of the source, and in the changelog of the package, such as /usr/share/doc/PACKAGE/changelog.gz.';

/**
 * What clients ask a server about itself.
 * @param tell shows a notification, unless it is there already. @param now milliseconds since 1970.
 */
export function infoRoutes(tell: (notification: typeof UPDATES) => void, now = Date.now): Route[] {
  const get = (path: string, json: () => unknown): Route => ({
    method: 'GET',
    access: 'session',
    path: `/api/v1/${path}`,
    answer: () => ({ json: json() }),
  });
  const modules = listModules();
  const writeSystem = keepHourly((at) => describeSystem(modules, at));
  return [
    { method: 'GET', access: 'session', path: '/api/v1/systeminfo', answer: () => ({ bytes: writeSystem(now()) }) },
    get('systeminfo/filtergroups', () => ({ FilterGroups: makeFilterGroups() })),
    get('webmodules', () => []),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/webmodule/{key}',
      body: object({}),
      answer() {
        throw new Refusal(404, 'No such module found');
      },
    }),
    get('changelog', () => ({ Status: 'OK', Version: version, Changelog: CHANGES })),
    get('licenses', () => []),
    get('acknowledgements', () => ({ Status: 'OK', Acknowledgements: '' })),
    get('commandline', () => COMMANDS),
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/updates/check',
      answer() {
        tell(UPDATES);
        return {};
      },
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/remoteoperation/dbpath',
      body: object({ path: string() }),
      answer: () => ({ json: { Exists: false, Path: null } }), // no local database was made outside a backup
    }),
  ];
}

/** Commands of the command line that clients may name; they run once there is an engine. */
const COMMANDS =
  'help backup restore find list list-filesets list-folder-contents list-file-versions search-files delete compact compare test repair purge list-broken-files purge-broken-files affected create-report test-filters vacuum set-locks read-lock-info system-info'.split(
    ' ',
  );

const OS_TYPES: Readonly<Record<string, string>> = { win32: 'Windows', darwin: 'MacOS' };
const NO_LICENSE = {
  IsConfigured: false,
  IsValid: false,
  IsInGracePeriod: false,
  ExpiresAt: null,
  ExpiresWithGraceAt: null,
  Features: null,
};

/** Writes what is made once an hour, since it is long and asked for often, with the server's time at each call. */
function keepHourly(make: (now: number) => object) {
  let kept = { hour: -1, text: '' };
  return (now: number) => {
    const hour = Math.floor(now / 3_600_000);
    if (kept.hour !== hour) kept = { hour, text: JSON.stringify(make(now)).slice(1) };
    const body = Buffer.from(`{"ServerTime":${JSON.stringify(new Date(now))},${kept.text}`);
    return { type: 'application/json; charset=utf-8', body };
  };
}

function describeSystem(modules: ReturnType<typeof listModules>, now: number) {
  const isWindows = process.platform === 'win32';
  const home = findHome();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    APIVersion: 1,
    PasswordPlaceholder: MASK,
    ServerVersion: version,
    ServerVersionName: version,
    ServerVersionType: 'Stable',
    RemoteControlRegistrationUrl: '',
    RemoteControlDashboardUrl: '',
    StartedBy: 'Server',
    DefaultUpdateChannel: 'Stable',
    DefaultUsageReportLevel: 'Disabled',
    ServerTimeZone: zone,
    OSType: OS_TYPES[process.platform] ?? 'Linux',
    OSVersion: `${os.type()} ${os.release()}`,
    DirectorySeparator: isWindows ? '\\' : '/',
    PathSeparator: isWindows ? ';' : ':',
    CaseSensitiveFilesystem: process.platform === 'linux',
    MachineName: os.hostname(),
    PackageTypeId: '',
    UserName: findUserName(),
    NewLine: os.EOL,
    CLRVersion: process.versions.node,
    ...modules,
    GenericModules: [],
    WebModules: [],
    ConnectionModules: [],
    RestoreDestinationProviderModules: [],
    ServerModules: [],
    SecretProviderModules: [],
    UsingAlternateUpdateURLs: false,
    LogLevels: LOG_LEVELS,
    SpecialFolders: home === undefined ? [] : [{ ID: '%HOME%', Path: home }],
    BrowserLocale: { Code: 'en', EnglishName: 'English', DisplayName: 'English' },
    SupportedLocales: [{ Code: 'en', EnglishName: 'English', DisplayName: 'English' }],
    BrowserLocaleSupported: true,
    TimeZones: listTimeZones(now),
    APIExtensions: API_EXTENSIONS,
    APIScopes: ['*'],
    DefaultOAuthURL: '',
    DefaultOAuthURLv2: '',
    PowerModeProviders: ['', 'None'],
    LocalLicenseStatus: NO_LICENSE,
    RemoteLicenseStatus: NO_LICENSE,
  };
}

/** What of the second API is answered. */
const API_EXTENSIONS = ['v2:system:temp-disk-space', 'v2:connection-strings'];

function findUserName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return ''; // an account without an entry, as in containers
  }
}
