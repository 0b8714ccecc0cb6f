import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { SecureContext } from 'node:tls';
import type { Given } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { writeWhole } from '../service/write-whole.ts';
import type { Settings } from '../settings/settings.ts';
import { DAY } from './certificate.ts';
import { digestFiles, type GivenFiles, readGivenIdentity } from './given-certificate.ts';
import { type Identity, makeContext, readCertificate } from './identity.ts';
import { CERTIFICATE_FILE } from './known-server.ts';
import { chooseOwn, readChosen, takeOwnIdentity } from './local-authority.ts';
import { readCertificateNames, type TlsOption } from './options.ts';

/** What encrypts the connections of a server. */
export interface Tls {
  /** The context of a new connection. */
  find(): SecureContext;
  /** Names that the server answers to, since it was told to have a certificate for them. */
  names: readonly string[];
  /** Renews or reads again what is due; what is in use stays when that fails. */
  check(): Promise<void>;
  close(): void;
}

/** Name of the secret with the certificate that was given. */
const GIVEN = 'https-given-certificate';
const FIRST_CHECK = 3_600_000;
/** Milliseconds that a given certificate has left when the log begins to warn. */
const WARN_BEFORE = 14 * DAY;

interface Kept {
  digest: string;
  identity: Identity;
}

/** What TLS needs of the rest of the server. */
export interface TlsChoice {
  settings: Settings;
  /** The data folder. */
  folder: string;
  log: Log;
  now?: () => number;
}

/**
 * Opens TLS as the options say: a certificate that is given or was given before, else one of our own if asked for, else none. Looks
 * whether it has to be renewed now, in an hour and daily.
 * @returns undefined for plain http. @throws UserError (2) for a certificate that cannot be used: plain http is never a way out.
 */
export async function openTls(given: Given<TlsOption>, choice: TlsChoice): Promise<Tls | undefined> {
  const { settings, folder, log, now = Date.now } = choice;
  const files = readFiles(given);
  const asked = readCertificateNames(given);
  refuseContradictions(given, files);
  if (given.flag('webservice-remove-sslcertificate')) forgetChoice(settings);
  if (given.flag('configure-https')) chooseOwn(settings, asked);
  const names = readChosen(settings) ?? [];
  const isOwn = readChosen(settings) !== undefined;
  const isOff = given.flag('webservice-disable-https');
  const take = async (): Promise<Identity | undefined> => {
    if (files) await keepGiven(settings, files, log, now());
    const kept = readKept(settings);
    if (kept) return kept.identity;
    return isOwn ? takeOwnIdentity(settings, { folder, given: names, log, now: now() }) : undefined;
  };
  const first = isOff ? undefined : await take();
  if (!first) {
    rmSync(path.join(folder, CERTIFICATE_FILE), { force: true });
    return undefined;
  }
  let identity = first;
  let context = makeContext(identity);
  await showCertificate(folder, context, log, now());
  const check = async () => {
    try {
      const next = (await take()) ?? identity;
      const nextContext = makeContext(next);
      await showCertificate(folder, nextContext, log, now());
      if (JSON.stringify(next) === JSON.stringify(identity)) return;
      context = nextContext;
      identity = next;
      log.notice('new connections get the new certificate');
    } catch (thrown) {
      log.error(`the certificate was not renewed, the one in use stays: ${messageOf(thrown)}`);
    }
  };
  const stop = repeat(check);
  return { find: () => context, names, check, close: stop };
}

function repeat(check: () => Promise<void>): () => void {
  let daily: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    void check();
    daily = setInterval(() => void check(), DAY);
    daily.unref();
  }, FIRST_CHECK);
  first.unref();
  return () => {
    clearTimeout(first);
    clearInterval(daily);
  };
}

async function keepGiven(settings: Settings, files: GivenFiles, log: Log, now: number): Promise<void> {
  const digest = digestFiles(files);
  if (readKept(settings)?.digest === digest) return;
  const kept: Kept = { digest, identity: await readGivenIdentity(files, log, now) };
  settings.setSecret(GIVEN, JSON.stringify(kept));
  log.information(`took the certificate in ${files.certificate}`);
}

function readKept(settings: Settings): Kept | undefined {
  const text = settings.getSecret(GIVEN);
  return text === undefined ? undefined : (JSON.parse(text) as Kept); // written above, and authenticated by its cipher
}

/** Forgets which certificate was given or asked for; the authority stays. */
export function forgetChoice(settings: Settings): void {
  settings.database.transaction(() => {
    settings.setSecret(GIVEN, undefined);
    chooseOwn(settings, undefined);
  });
}

/** Leaves the certificate where clients of this machine look, and warns of its end. */
export async function showCertificate(folder: string, context: SecureContext, log: Log, now: number): Promise<void> {
  const certificate = await readCertificate(context);
  writeWhole(folder, CERTIFICATE_FILE, certificate.toString());
  const { validTo } = certificate;
  const left = Date.parse(validTo) - now;
  if (left <= 0) log.error(`the certificate expired on ${validTo}: clients refuse it`);
  else if (left < WARN_BEFORE) log.warning(`the certificate expires on ${validTo}`);
}

function refuseContradictions(given: Given<TlsOption>, files: GivenFiles | undefined): void {
  const both = (one: string, other: string) => new UserError(`${one} contradicts ${other}; leave one of them out`, 2);
  if (files && given.flag('webservice-remove-sslcertificate'))
    throw both('--webservice-sslcertificatefile', '--webservice-remove-sslcertificate');
  if (files && given.flag('configure-https')) throw both('--webservice-sslcertificatefile', '--configure-https');
  if (given.flag('configure-https') && given.flag('webservice-disable-https'))
    throw both('--configure-https', '--webservice-disable-https');
  if (given.text('configure-https-hostnames') && !given.flag('configure-https'))
    throw new UserError('--configure-https-hostnames goes with --configure-https', 2);
}

function readFiles(given: Given<TlsOption>): GivenFiles | undefined {
  const certificate = given.text('webservice-sslcertificatefile');
  const key = given.text('webservice-sslcertificatekeyfile');
  if (!certificate) {
    if (key) throw new UserError('--webservice-sslcertificatekeyfile goes with --webservice-sslcertificatefile', 2);
    return undefined;
  }
  return { certificate, password: readPassword(given), ...(key ? { key } : {}) };
}

function readPassword(given: Given<TlsOption>): string {
  const file = given.text('webservice-sslcertificatepassword-file');
  if (!file) return given.text('webservice-sslcertificatepassword') ?? '';
  try {
    const held = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (held.length > 1024 || /[\x00-\x1f\x7f]/.test(held)) throw new Error('it must hold one line, the password');
    return held;
  } catch (thrown) {
    throw new UserError(`--webservice-sslcertificatepassword-file: ${file} cannot be used: ${messageOf(thrown)}`, 2);
  }
}
