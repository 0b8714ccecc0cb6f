import type { Product } from '../build/model/product.ts';
import packageJson from '../package.json' with { type: 'json' };

/**
 * Genuine packages have the same commands and, as `duplicati-agent` for deb, even the same name and folder; this file is in all of
 * them. The agent for rpm has a folder of its own. Only `duplicati` is named, since `duplicati-agent` is a package of ours too.
 */
const rivals = ['/usr/lib/duplicati', '/usr/lib/duplicati-agent'].map((folder) => ({
  package: 'duplicati',
  file: `${folder}/Duplicati.Library.Main.dll`,
  advice:
    'The original Duplicati is installed. Its commands have the same names: export your backup configurations, remove its packages ' +
    '(duplicati, duplicati-agent), then install this one. Its settings and backups are left as they are.',
}));

/** Both editions and the agent bring these two commands; the server's own package wins where several are installed. */
const shared = (priority: number) => ({ 'duplicati-cli': priority, 'duplicati-server-util': priority });

const SERVER = ['gui', 'cli'];

export const product = {
  name: 'duplicati',
  title: 'Duplicati',
  summary: 'Encrypted backups to anywhere: server, agent and command line',
  description: [
    'Backs files up to local folders, servers and cloud storage: encrypted on this machine, deduplicated, in versions. This is an ' +
      'independent implementation of the programs, options and storage format of Duplicati.',
    'This release brings the server with its web interface and API, in which backups are set up, scheduled, run and restored, and the ' +
      'programs around it, as services. Backups are made, browsed and restored by the server and by its command line program.',
  ],
  version: packageJson.version,
  vendor: 'Packwright',
  maintainer: { name: 'Packwright', email: 'maintainers@packwright.example' },
  homepage: 'https://packwright.example/',
  licence: 'MIT',
  licenceFile: 'LICENSE',
  copyright: '2026 the Packwright authors',
  section: 'utils',
  appId: 'io.packwright.duplicati',
  icon: 'runtime/assets/icon.svg',
  windowsIcon: 'runtime/assets/icon.ico',
  changelog: 'CHANGELOG.md',
  nodeOptions: ['--max-semi-space-size=1', '--optimize-for-size'],
  programs: [
    {
      name: 'duplicati',
      entry: 'runtime/programs/duplicati.ts',
      summary: 'starts backups on the desktop',
      help: true,
      windowless: true,
    },
    {
      name: 'duplicati-server',
      entry: 'runtime/programs/duplicati-server.ts',
      summary: 'the backup server',
      section: 8,
      help: true,
    },
    {
      name: 'duplicati-cli',
      entry: 'runtime/programs/duplicati-cli.ts',
      summary: 'backups from the command line',
      help: true,
    },
    {
      name: 'duplicati-agent',
      entry: 'runtime/programs/duplicati-agent.ts',
      summary: 'the backup agent',
      section: 8,
      help: true,
    },
    {
      name: 'duplicati-server-util',
      entry: 'runtime/programs/duplicati-server-util.ts',
      summary: 'talks to a running server',
      help: true,
    },
  ],
  services: [
    {
      name: 'duplicati',
      title: 'Duplicati backup server',
      program: 'duplicati-server',
      windowsArgs: ['--service'],
      windowsCommands: { install: 'install-service', uninstall: 'uninstall-service' },
      argsSetting: 'DAEMON_OPTS',
      start: { cli: 'boot', gui: 'asked' },
      account: 'root',
      needs: ['whole-machine'],
      restart: 'on-failure',
      stopSeconds: 10,
      notify: true,
      watchdogSeconds: 90,
      stateEnv: 'DUPLICATI_HOME',
      containerEnv: { DUPLICATI__WEBSERVICE_INTERFACE: 'any' },
      port: 8200,
      portSetting: 'DUPLICATI__WEBSERVICE_PORT',
      healthPath: '/health',
      healthCommand: ['duplicati-server-util', 'health'],
      listens: 'loopback',
      background: true,
      documentation: ['man:duplicati-server(8)'],
    },
    {
      name: 'duplicati-agent',
      title: 'Duplicati backup agent',
      program: 'duplicati-agent',
      args: ['run'],
      windowsArgs: ['run', '--service'],
      windowsCommands: { install: 'install-service', uninstall: 'uninstall-service' },
      argsSetting: 'DAEMON_OPTS',
      start: 'boot',
      account: 'root',
      needs: ['whole-machine'],
      restart: 'on-failure',
      stopSeconds: 10,
      notify: true,
      watchdogSeconds: 90,
      stateEnv: 'DUPLICATI_HOME',
      listens: 'nothing',
      background: true,
      documentation: ['man:duplicati-agent(8)'],
    },
  ],
  settings: [
    {
      env: 'DAEMON_OPTS',
      kind: 'string',
      default: '',
      help: 'Further options for the command line of the service, separated by spaces.',
    },
    {
      env: 'DUPLICATI__WEBSERVICE_PORT',
      kind: 'string',
      default: '8200',
      property: 'PORT',
      help: 'Port to listen on; of a comma-separated list, the first that is free.',
      editions: SERVER,
    },
    {
      env: 'DUPLICATI__WEBSERVICE_INTERFACE',
      kind: 'string',
      default: 'loopback',
      property: 'INTERFACE',
      help: 'Where to listen: loopback, any, or an IP address of this machine.',
      editions: SERVER,
    },
    {
      env: 'DUPLICATI__WEBSERVICE_ALLOWED_HOSTNAMES',
      kind: 'string',
      default: '',
      property: 'ALLOWEDHOSTNAMES',
      help: 'Host names to answer to beside localhost and IP addresses, separated by semicolons.',
      editions: SERVER,
    },
    {
      env: 'DUPLICATI__WEBSERVICE_PASSWORD',
      kind: 'secret',
      property: 'PASSWORD',
      initialFile: 'initial-password',
      help: 'Password of the server. Taken when it is another than the last one given this way: a change made since stays.',
      editions: SERVER,
    },
    {
      env: 'DUPLICATI__LOG_LEVEL',
      kind: 'string',
      default: 'Information',
      property: 'LOGLEVEL',
      help: 'The least important messages to log: Profiling, Verbose, Retry, Information, Warning or Error.',
    },
  ],
  natives: [
    // Chosen at start when it loads: its prebuilt file needs glibc 2.34, which Debian 11 does not have.
    {
      name: 'better_sqlite3.node',
      package: 'better-sqlite3',
      file: 'prebuilds/{platform}-{arch}.node',
      optional: true,
    },
    { name: 'koffi.node', package: '@koromix/koffi-{platform}-{arch}', file: '{platform}_{arch}/koffi.node' },
  ],
  // Optional addons of ssh2, which does without.
  external: ['cpu-features', '*/sshcrypto.node'],
  shortcuts: [
    {
      name: 'Duplicati',
      program: 'duplicati',
      comment: 'Back up your files, encrypted, to anywhere',
      categories: ['System', 'Archiving'],
      editions: ['gui'],
    },
  ],
  web: [{ page: 'runtime/web/client/index.html', folder: 'web', editions: SERVER }],
  editions: [
    {
      name: 'gui',
      package: 'duplicati-gui',
      title: 'Duplicati for the desktop',
      summary: 'Encrypted backups to anywhere, for the desktop',
      programs: ['duplicati', 'duplicati-server', 'duplicati-cli', 'duplicati-server-util'],
      services: ['duplicati'],
      replaces: ['cli'],
      alternatives: shared(60),
      rivals,
      formats: ['deb', 'rpm', 'msi', 'zip'],
    },
    {
      name: 'cli',
      package: 'duplicati-cli',
      title: 'Duplicati server and command line',
      summary: 'Encrypted backups to anywhere, for servers',
      programs: ['duplicati-server', 'duplicati-cli', 'duplicati-server-util'],
      services: ['duplicati'],
      replaces: ['gui'],
      alternatives: shared(60),
      rivals,
    },
    {
      name: 'agent',
      package: 'duplicati-agent',
      title: 'Duplicati agent',
      summary: 'Encrypted backups to anywhere, managed from a Console',
      programs: ['duplicati-agent', 'duplicati-cli', 'duplicati-server-util'],
      services: ['duplicati-agent'],
      home: 'duplicati-agent',
      alternatives: shared(40),
      rivals,
    },
  ],
  arches: ['x64', 'arm64'],
  formats: ['deb', 'rpm', 'oci', 'msi', 'zip'],
} satisfies Product;
