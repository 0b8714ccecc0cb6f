import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Given } from '../command-line/arguments.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { type DataFolderOption, findDataFolder, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import { openSettings } from '../settings/settings.ts';
import type { KeyChoice } from '../settings/settings-key.ts';
import { AUTHORITY_FILE, CERTIFICATE_FILE, forgetAuthority } from './local-authority.ts';
import { findTrustStore, trustAuthority } from './trust.ts';

/** Rows of a program's list of commands. */
export const httpsCommands: readonly { name: string; help: string }[] = [
  {
    name: 'https show',
    help: 'Print what the certificate of --configure-https is for, until when, and its fingerprint.',
  },
  { name: 'https export', help: 'Print that certificate in PEM.' },
  { name: 'https export-ca', help: "Print its authority's certificate in PEM, for clients that are to trust it." },
  { name: 'https trust', help: 'Let the programs of this machine trust the authority (Linux, as root).' },
  {
    name: 'https regenerate-ca',
    help: 'Forget the authority; the next start makes another. The server must be stopped.',
  },
];

/** Carries out `https <word>`. @returns the exit code. @throws UserError */
export async function runHttpsCommand(
  word: string | undefined,
  given: Given<DataFolderOption>,
  { key, log, say }: { key: KeyChoice; log: Log; say: (text: string) => void },
): Promise<number> {
  const folder = findDataFolder(given.text('server-datafolder'));
  if (word === 'show') say(describe(readPublic(folder, CERTIFICATE_FILE), readPublic(folder, AUTHORITY_FILE)));
  else if (word === 'export') say(readPublic(folder, CERTIFICATE_FILE).toString());
  else if (word === 'export-ca') say(readPublic(folder, AUTHORITY_FILE).toString());
  else if (word === 'trust') say(await trustAuthority(readPublic(folder, AUTHORITY_FILE).toString(), findTrustStore()));
  else if (word === 'regenerate-ca') {
    const real = prepareDataFolder(folder, given.flag('allow-insecure-datafolder'), log);
    const lock = lockFolder(real);
    try {
      const settings = await openSettings(real, key, log);
      forgetAuthority(settings);
      settings.close();
    } finally {
      lock.release();
    }
    say(
      'The authority is forgotten. The next start with --configure-https makes another, which clients have to trust.\n',
    );
  } else throw new UserError(`https: "${word ?? ''}" is none of show, export, export-ca, trust, regenerate-ca`, 2);
  return 0;
}

function readPublic(folder: string, name: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path.join(folder, name)));
  } catch (thrown) {
    const reason = codeOf(thrown) === 'ENOENT' ? 'start the server with --configure-https first' : messageOf(thrown);
    throw new UserError(`there is no certificate of our own in ${folder}: ${reason}`, SERIOUS);
  }
}

function describe(certificate: X509Certificate, authority: X509Certificate): string {
  return [
    `For:         ${certificate.subjectAltName ?? ''}`,
    `Until:       ${certificate.validTo}`,
    `Fingerprint: ${certificate.fingerprint256}`,
    `Authority:   ${authority.subject}, until ${authority.validTo}`,
    `             ${authority.fingerprint256}`,
    '',
  ].join('\n');
}
