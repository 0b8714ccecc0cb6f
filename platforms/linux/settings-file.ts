import type { Setting } from '../../build/model/product.ts';
import type { Service } from '../../build/model/service.ts';
import type { Places } from './places.ts';
import { wrapText } from './prose.ts';

/**
 * The environment file of the services (systemd.exec(5), EnvironmentFile=): every setting with its help and default, commented out;
 * the settings that lengthen a command line are there and empty.
 * Secrets are not among them. The file is 0644 like every file of a package (lintian and rpmlint refuse other modes), so secrets have a
 * file of their own that the administrator makes and no package ships.
 */
export function renderSettingsFile(settings: readonly Setting[], services: readonly Service[], places: Places): string {
  const units = services.map(({ name }) => `${name}.service`).join(' ');
  const blocks = [
    comment(
      `Settings of ${units}, one NAME=VALUE a line. This is read by systemd and is not a shell script: nothing is expanded.`,
    ) + comment(`After a change: systemctl restart ${units}`),
  ];
  for (const service of services) {
    const name = service.argsSetting;
    if (name === undefined) continue;
    const help = settings.find(({ env }) => env === name)?.help;
    blocks.push(
      `${comment(help ?? `Further words for the command line of ${service.program}, separated by spaces.`)}${name}=""\n`,
    );
  }
  const isArguments = (setting: Setting) => services.some(({ argsSetting }) => argsSetting === setting.env);
  for (const setting of settings) {
    if (setting.kind === 'secret' || isArguments(setting)) continue;
    blocks.push(`${comment(setting.help)}#${setting.env}=${quoteValue(setting.default ?? '')}\n`);
  }
  const secrets = settings.filter(({ kind }) => kind === 'secret');
  if (secrets.length > 0) blocks.push(describeSecrets(secrets, places));
  return blocks.join('\n');
}

function describeSecrets(secrets: readonly Setting[], places: Places): string {
  const intro = comment(
    `Secrets do not belong here: everybody can read this file. They are read from ${places.secrets}, which you make with`,
  );
  const names = secrets.map((secret) => comment(`${secret.env}: ${secret.help}`)).join('');
  return `${intro}#   install -m 600 /dev/null ${places.secrets}\n# and which may hold\n${names}`;
}

/** A space follows a backslash at the end of a line: systemd before version 254 would take the next line for a part of the comment. */
function comment(text: string): string {
  return wrapText(text, 98)
    .map((line) => `# ${line}${line.endsWith('\\') ? ' ' : ''}\n`)
    .join('');
}

/** A value as systemd reads it back: plain where nothing is special, else in double quotes. */
function quoteValue(value: string): string {
  if (/^[\w.,:/@%+-]*$/.test(value)) return value;
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`;
}
