import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Given } from '../command-line/arguments.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { type DataFolderOption, dataFolderOf, prepareDataFolder } from '../service/data-folder.ts';
import { lockFolder } from '../service/folder-lock.ts';
import { openSettings, type Settings } from '../settings/settings.ts';
import type { KeyChoice } from '../settings/settings-key.ts';
import { makeContext } from './identity.ts';
import { CERTIFICATE_FILE } from './known-server.ts';
import {
  AUTHORITY_FILE,
  chooseOwn,
  forgetAuthority,
  forgetCertificate,
  readChosen,
  takeOwnIdentity,
} from './local-authority.ts';
import { readCertificateNames, type TlsOption } from './options.ts';
import { forgetChoice, showCertificate } from './tls.ts';
import { findTrustStore, trustAuthority } from './trust.ts';

/** Rows of a program's list of commands. */
export const httpsCommands: readonly { name: string; help: string }[] = [
  {
    name: 'https generate',
    help: 'Make an authority and a certificate of our own, as --configure-https does at a start; later starts serve https.',
  },
  { name: 'https renew', help: 'Make that certificate anew now; the server does so by itself in time.' },
  { name: 'https remove', help: 'Forget certificate and authority, given ones too: later starts serve http.' },
  {
    name: 'https show',
    help: 'Print what the certificate in use is for, until when, and its fingerprint.',
  },
  { name: 'https export', help: 'Print that certificate in PEM.' },
  {
    name: 'https export-ca',
    help: "Print the certificate of this machine's own authority in PEM, for clients that are to trust it.",
  },
  { name: 'https trust', help: 'Let the programs of this machine trust the authority (Linux, as root).' },
  {
    name: 'https regenerate-ca',
    help: 'Forget the authority; the next start makes another. Like generate, renew and remove, with the server stopped.',
  },
];

/** What changes the settings. @returns what was done, in words. */
const CHANGES: Readonly<Record<string, (settings: Settings, needs: ChangeNeeds) => Promise<string> | string>> = {
  async generate(settings, { given, folder, log }) {
    const names = readCertificateNames(given);
    chooseOwn(settings, names);
    await makeOwn(settings, { names, folder, log });
    return `Made. The server serves https from its next start; clients trust it once they trust ${path.join(folder, AUTHORITY_FILE)}.\n`;
  },
  async renew(settings, { folder, log }) {
    const names = readChosen(settings);
    if (!names) throw new UserError('https renew: there is no certificate of our own; see https generate', SERIOUS);
    forgetCertificate(settings);
    await makeOwn(settings, { names, folder, log });
    return 'Made a new certificate of the same authority.\n';
  },
  remove(settings, { folder }) {
    forgetChoice(settings);
    forgetAuthority(settings);
    for (const file of [AUTHORITY_FILE, CERTIFICATE_FILE]) rmSync(path.join(folder, file), { force: true });
    return 'Certificates and authority are gone. The server serves http from its next start.\n';
  },
  'regenerate-ca'(settings) {
    forgetAuthority(settings);
    return 'The authority is forgotten. The next start makes another, which clients have to trust.\n';
  },
};

interface ChangeNeeds {
  given: Given<TlsOption>;
  folder: string;
  log: Log;
}

async function makeOwn(settings: Settings, { names, folder, log }: { names: string[]; folder: string; log: Log }) {
  const now = Date.now();
  const identity = takeOwnIdentity(settings, { folder, given: names, log, now });
  await showCertificate(folder, makeContext(identity), log, now);
}

/** Carries out `https <word>`. @returns the exit code. @throws UserError */
export async function runHttpsCommand(
  word: string | undefined,
  given: Given<DataFolderOption | TlsOption>,
  { key, log, say }: { key: KeyChoice; log: Log; say: (text: string) => void },
): Promise<number> {
  const folder = dataFolderOf(given);
  const change = word !== undefined && Object.hasOwn(CHANGES, word) ? CHANGES[word] : undefined;
  if (word === 'show') say(describe(readPublic(folder, CERTIFICATE_FILE), readIfThere(folder, AUTHORITY_FILE)));
  else if (word === 'export') say(readPublic(folder, CERTIFICATE_FILE).toString());
  else if (word === 'export-ca') say(readPublic(folder, AUTHORITY_FILE).toString());
  else if (word === 'trust') say(await trustAuthority(readPublic(folder, AUTHORITY_FILE).toString(), findTrustStore()));
  else if (change) {
    const real = prepareDataFolder(folder, given.flag('allow-insecure-datafolder'), log);
    const lock = lockFolder(real);
    try {
      const settings = await openSettings(real, key, log);
      try {
        say(await change(settings, { given, folder: real, log }));
      } finally {
        settings.close();
      }
    } finally {
      lock.release();
    }
  } else {
    const words = httpsCommands.map(({ name }) => name.slice(6)).join(', ');
    throw new UserError(`https: "${word ?? ''}" is none of ${words}`, 2);
  }
  return 0;
}

function readPublic(folder: string, name: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path.join(folder, name)));
  } catch (thrown) {
    const reason =
      codeOf(thrown) === 'ENOENT'
        ? 'start the server with a certificate or --configure-https first'
        : messageOf(thrown);
    throw new UserError(`there is no ${name} in ${folder}: ${reason}`, SERIOUS);
  }
}

function readIfThere(folder: string, name: string): X509Certificate | undefined {
  return existsSync(path.join(folder, name)) ? readPublic(folder, name) : undefined;
}

function describe(certificate: X509Certificate, authority: X509Certificate | undefined): string {
  const isOurs = authority !== undefined && certificate.verify(authority.publicKey);
  return [
    `For:         ${certificate.subjectAltName ?? ''}`,
    `Until:       ${certificate.validTo}`,
    `Fingerprint: ${certificate.fingerprint256}`,
    ...(isOurs
      ? [`Authority:   ${authority.subject}, until ${authority.validTo}`, `             ${authority.fingerprint256}`]
      : [`Issuer:      ${certificate.issuer.replaceAll('\n', ', ')}`]),
    '',
  ].join('\n');
}
