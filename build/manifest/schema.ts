/** The manifest's JSON Schema (draft 2020-12, the few keywords listed here) as a value: it validates, it is shipped, it documents. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  description?: string;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  /** False: no other keys. A schema: what other keys must be. */
  additionalProperties?: false | Schema;
  propertyNames?: Schema;
  items?: Schema;
  minItems?: number;
  minLength?: number;
  /** Characters. */
  maxLength?: number;
  pattern?: string;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  anyOf?: readonly Schema[];
}

const NAME = '^[a-z0-9][a-z0-9+.-]*$';
const text = (description: string): Schema => ({ type: 'string', description, minLength: 1 });
/** One line, which must not go on: in a unit, a line that ends in a backslash takes in the next. */
const line = (description: string): Schema => ({
  type: 'string',
  description,
  pattern: '^[^\\n\\r]*[^\\n\\r\\\\]$',
});
/** `NAME_VERSION_ARCH.deb` and what is put after it have to stay below the 255 bytes that file systems give a name. */
const NAME_LENGTH = 100;
const name = (description: string): Schema => ({ type: 'string', description, pattern: NAME, maxLength: NAME_LENGTH });
const variable = (description: string): Schema => ({
  type: 'string',
  description,
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
});
const flag = (description: string): Schema => ({ type: 'boolean', description });
const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description ? { description } : {}),
});
const map = (values: Schema, description: string): Schema => ({
  type: 'object',
  additionalProperties: values,
  description,
});
const variables = (description: string): Schema => ({
  ...map({ type: 'string' }, description),
  propertyNames: variable('Variable name'),
});
const seconds = (description: string): Schema => ({ type: 'number', description, minimum: 1, maximum: 86400 });
const oneOf = (words: readonly string[], description: string): Schema => ({ type: 'string', enum: words, description });
const shape = (properties: Record<string, Schema>, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const inside = (description: string): Schema => ({
  type: 'string',
  description: `${description}, relative to the manifest's folder`,
  pattern: '^(?!/)(?!\\.\\.(/|$))(?!.*/\\.\\.(/|$)).+$',
});
const editions = list(name('an edition'), 'Editions that have it; all when absent');
const START = oneOf(['boot', 'asked'], 'boot: enabled and started by the installer; asked: only installed');
const FORMATS = ['deb', 'rpm', 'oci', 'msi', 'zip'];

const program = shape(
  {
    name: { ...name('Command name'), pattern: '^(?!runtime$|healthcheck$)[a-z0-9][a-z0-9._-]*$' },
    entry: inside('Module to run'),
    summary: line('One line for man pages and menus'),
    windowless: flag('True: no console on Windows, for a program of the desktop. Default false'),
    bundle: flag('False: ship the package with its production dependencies unbundled. Default true'),
    section: {
      type: 'number',
      minimum: 1,
      maximum: 8,
      multipleOf: 1,
      description: 'Man page section: 1, or 8 for a daemon',
    },
    help: flag('True: run the program with --help while packaging, for man page and completions. Default false'),
    commands: list(shape({ name: line('Command'), summary: line('What it does') }, ['name', 'summary'])),
    options: list(shape({ flags: line('-v, --verbose'), summary: line('What it does') }, ['flags', 'summary'])),
  },
  ['name', 'entry'],
);

const service = shape(
  {
    name: name('Unit name without suffix'),
    title: line('Description of the unit'),
    program: name('One of the programs'),
    args: list(text('argument'), 'Arguments; {state} stands for the state directory'),
    containerArgs: list(text('argument'), 'What the image has instead of args'),
    windowsArgs: list(text('argument'), 'What a Windows service has instead of args'),
    windowsCommands: {
      ...shape({ install: line('Such as install-service'), uninstall: line('Such as uninstall-service') }, [
        'install',
        'uninstall',
      ]),
      description: 'Arguments by which the program registers its Windows service and takes that back',
    },
    argsSetting: variable('Setting whose words are appended to the arguments'),
    start: { anyOf: [START, map(START, 'By edition')] },
    account: oneOf(['root', 'dedicated'], 'Default dedicated: a system account of its own'),
    restart: oneOf(['always', 'on-failure'], 'Default on-failure'),
    stopSeconds: seconds('Between the stop signal and the kill. Default 10'),
    notify: flag('True when the program tells readiness over $NOTIFY_SOCKET'),
    watchdogSeconds: seconds('The program must ping within this time; needs notify'),
    stateEnv: variable('Variable set to the state directory'),
    env: variables('Variables; {state} stands for the state directory'),
    containerEnv: variables('Variables of the image only'),
    port: { type: 'number', minimum: 1, maximum: 65535, multipleOf: 1, description: 'TCP port it answers on' },
    portSetting: variable('Setting that holds the port; the health check of an image follows it'),
    healthPath: { type: 'string', pattern: '^/[!-~]*$', description: 'Path that answers 200 while it is healthy' },
    healthCommand: {
      ...list(
        text('word'),
        "What an image's health check runs instead of asking healthPath: a program and its arguments",
      ),
      minItems: 1,
    },
    listens: oneOf(['loopback', 'nothing'], 'Default loopback'),
    needs: list(oneOf(['whole-machine', 'read-everything'], 'What it must be able to do beyond its own state')),
    background: flag('Low CPU and disk priority'),
    documentation: list(line('URL or man:page(section)')),
  },
  ['name', 'program'],
);

const edition = shape(
  {
    name: { ...name('Word in target ids'), pattern: '^[a-z0-9]+$' },
    package: { ...name('Package name in deb and rpm'), pattern: '^[a-z0-9][a-z0-9+.-]+$' },
    title: line('Title'),
    summary: line('One line'),
    programs: { ...list(name('A program')), minItems: 1 },
    services: list(name('A service')),
    home: name('Folder name below /usr/lib and /var/lib. Default: the product name'),
    replaces: list(name('An edition it takes the place of')),
    alternatives: map({ type: 'number', minimum: 1 }, 'Programs shared with other editions: priority'),
    rivals: list(
      shape({ package: name('Package'), file: { type: 'string', pattern: '^/' }, advice: line('What to do') }, [
        'package',
        'file',
        'advice',
      ]),
    ),
    imageService: name('Service an image runs'),
    upgradeCode: {
      type: 'string',
      pattern: '^\\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\}$',
      description: 'UpgradeCode of its MSI. Default: derived from appId and package',
    },
    formats: list(oneOf(FORMATS, 'Format')),
  },
  ['name', 'package', 'programs'],
);

/** The whole manifest. */
export const MANIFEST_SCHEMA: Schema & { $schema: string; title: string } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Packwright manifest',
  ...shape(
    {
      $schema: { type: 'string', description: 'Path of this schema, for editors' },
      name: { ...name('Product name'), pattern: '^[a-z0-9][a-z0-9-]*$' },
      title: line('Name for people'),
      summary: line('One line'),
      description: list(text('A paragraph')),
      version: { type: 'string', description: '1.2.3, 1.2.3.4 or 1.2.3-beta.1', maxLength: NAME_LENGTH },
      vendor: line('Who publishes it'),
      maintainer: shape({ name: line('Name'), email: { type: 'string', pattern: '^[^@\\s<>]+@[^@\\s<>]+$' } }, [
        'name',
        'email',
      ]),
      homepage: { type: 'string', pattern: '^https?://[!-[\\]-~]+$', description: 'Address of its web page' },
      licence: line('SPDX expression'),
      licenceFile: inside('Licence text'),
      copyright: line('Copyright line'),
      section: line('Debian section. Default utils'),
      appId: { type: 'string', pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$', description: 'Reverse-DNS id' },
      icon: inside('SVG icon'),
      windowsIcon: inside('Icon for Windows (.ico)'),
      changelog: inside('Markdown change log'),
      programs: { ...list(program), minItems: 1 },
      services: list(service),
      settings: list(
        shape(
          {
            env: variable('Variable name'),
            kind: oneOf(['string', 'number', 'boolean', 'secret'], 'Kind'),
            default: { type: 'string', pattern: '^[^\\n\\r]*$', description: 'Default, on one line' },
            help: text('What it does'),
            property: {
              type: 'string',
              pattern: '^[A-Z_][A-Z0-9_.]*$',
              maxLength: 72,
              description: 'Public property of an MSI. Default: env',
            },
            initialFile: {
              type: 'string',
              pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
              description: 'File in the data folder that an installer leaves a secret in, for the program to take',
            },
            editions,
          },
          ['env', 'kind', 'help'],
        ),
      ),
      natives: list(
        shape(
          {
            name: { ...line('File name below native/'), pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*$' },
            package: { ...line('npm package'), pattern: '^(@[\\w.~{}-]+/)?[\\w~{}-][\\w.~{}-]*$' },
            file: { ...inside('File in it'), description: 'File in it' },
            optional: flag('True: the programs work without it, so that what it needs is not needed by the package'),
            editions,
          },
          ['name', 'package', 'file'],
        ),
      ),
      shortcuts: list(
        shape(
          {
            name: line('Name'),
            program: name('Program'),
            comment: line('Comment'),
            categories: list(line('Category')),
            editions,
          },
          ['name', 'program', 'comment', 'categories'],
        ),
      ),
      web: list(
        shape(
          {
            page: inside('Page whose scripts, style sheets and pictures (./…) are bundled for browsers'),
            folder: {
              type: 'string',
              pattern: '^(?!project$)[a-z0-9][a-z0-9_-]*$',
              description: 'Folder below app/ in the payload',
            },
            editions,
          },
          ['page', 'folder'],
        ),
      ),
      files: list(
        shape(
          {
            from: inside('File or folder'),
            to: line('Place'),
            role: oneOf(['data', 'config', 'doc'], 'Role'),
            editions,
          },
          ['from', 'to'],
        ),
      ),
      editions: { ...list(edition), minItems: 1 },
      arches: { ...list(oneOf(['x64', 'arm64'], 'Architecture')), minItems: 1 },
      formats: { ...list(oneOf(FORMATS, 'Format')), minItems: 1 },
      nodeOptions: list(
        { type: 'string', pattern: '^--[a-z][a-z0-9-]*(=[^\\n\\r]*)?$', description: 'Option' },
        'Options of Node and V8 that every program runs with, such as --max-semi-space-size=1',
      ),
      external: list(line('Package left out of bundles')),
      depends: {
        ...shape({ deb: list(line('Package')), rpm: list(line('Package')), oci: list(line('Package')) }, []),
        description: 'Further packages by format',
      },
    },
    ['name', 'version', 'summary', 'maintainer', 'licence', 'programs'],
  ),
};
