import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { writeWhole } from '../service/write-whole.ts';
import type { Settings } from '../settings/settings.ts';
import {
  type Authority,
  DAY,
  makeAuthority,
  makeServerCertificate,
  type Names,
  renewAuthority,
  type Signed,
} from './certificate.ts';
import type { Identity } from './identity.ts';
import { findNames } from './names.ts';

/** Names of secrets in the settings database. */
const AUTHORITY = 'https-authority';
const SERVER = 'https-server-certificate';
/** Name of the setting that says that a certificate of our own was asked for, with further names for it: a JSON list. */
const CHOSEN = 'https-own';
/** The public part, for those who ask; made again whenever it changes. */
export const AUTHORITY_FILE = 'https-authority.pem';

/** Milliseconds that a certificate has left when it is renewed. */
const RENEW_BEFORE = 30 * DAY;
/** The same for an authority, which clients have to be told of: a year before its certificates would become shorter. */
const RENEW_AUTHORITY_BEFORE = 455 * DAY;

/** The certificate of our own, as it is kept, and what it was asked for. */
type Own = Signed & { names: Names };

/**
 * The certificate of our own with its authority's: the one that is kept, or a new one when there is none, when it is for other names, or
 * when fewer than 30 days remain. @throws UserError (2) for names that the authority may not sign for.
 */
export function takeOwnIdentity(
  settings: Settings,
  { folder, given, log, now, present }: { folder: string; given: string[]; log: Log; now: number; present?: Names },
): Identity {
  const wanted = present ?? findNames(given);
  const kept = readAuthority(settings);
  const authority = kept ? keepAuthority(settings, kept, now, log) : newAuthority(settings, wanted, now, log);
  const names = limitNames(authority.permitted, wanted, given, log);
  let own = readOwn(settings);
  if (!own || !isFresh(own, authority, names, now)) {
    own = { ...makeServerCertificate(authority, createPrivateKey(authority.key), names, now), names };
    settings.setSecret(SERVER, JSON.stringify(own));
    log.information(`made a certificate for ${[...names.hosts, ...names.addresses].join(', ')}`);
  }
  writeWhole(folder, AUTHORITY_FILE, authority.certificate);
  return { kind: 'pem', certificates: own.certificate + authority.certificate, key: own.key };
}

/** Remembers that a certificate of our own is wanted, and for which further names; undefined: it is not. */
export function chooseOwn(settings: Settings, names: readonly string[] | undefined): void {
  settings.set(CHOSEN, names && JSON.stringify(names));
}

/** What was remembered. */
export function readChosen(settings: Settings): string[] | undefined {
  const text = settings.get(CHOSEN);
  if (text === undefined) return undefined;
  const names: unknown = JSON.parse(text);
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** Forgets the certificate: the next look makes another, of the same authority. */
export function forgetCertificate(settings: Settings): void {
  settings.setSecret(SERVER, undefined);
}

/** Forgets the authority and what it signed: the next start makes another. */
export function forgetAuthority(settings: Settings): void {
  settings.database.transaction(() => {
    settings.setSecret(AUTHORITY, undefined);
    settings.setSecret(SERVER, undefined);
  });
}

function readAuthority(settings: Settings): Authority | undefined {
  const text = settings.getSecret(AUTHORITY);
  return text === undefined ? undefined : (JSON.parse(text) as Authority); // written below, and authenticated by its cipher
}

function readOwn(settings: Settings): Own | undefined {
  const text = settings.getSecret(SERVER);
  return text === undefined ? undefined : (JSON.parse(text) as Own); // as above
}

function newAuthority(settings: Settings, permitted: Names, now: number, log: Log): Authority {
  const authority = makeAuthority(hostname(), permitted, now);
  settings.database.transaction(() => {
    settings.setSecret(AUTHORITY, JSON.stringify(authority));
    settings.setSecret(SERVER, undefined);
  });
  log.notice(
    `made a certification authority of this machine's own; clients that are to trust it need ${AUTHORITY_FILE}`,
  );
  return authority;
}

/** The authority as it is, or its successor when it nears its end or was made while the clock was ahead. */
function keepAuthority(settings: Settings, authority: Authority, now: number, log: Log): Authority {
  const { validFrom, validTo } = new X509Certificate(authority.certificate);
  if (Date.parse(validFrom) <= now && Date.parse(validTo) - now > RENEW_AUTHORITY_BEFORE) return authority;
  const next = renewAuthority(authority, now);
  settings.setSecret(AUTHORITY, JSON.stringify(next));
  log.notice(
    `renewed the certification authority of this machine; clients that trust the one before need ${AUTHORITY_FILE} by ${validTo}`,
  );
  return next;
}

function isFresh(own: Own, authority: Authority, names: Names, now: number): boolean {
  const certificate = new X509Certificate(own.certificate);
  const isOfAuthority = certificate.verify(new X509Certificate(authority.certificate).publicKey);
  const isFor = JSON.stringify(own.names) === JSON.stringify(names);
  // A clock that was wrong when the certificate was made is noticed too.
  const isInTime = Date.parse(certificate.validFrom) <= now && Date.parse(certificate.validTo) - now > RENEW_BEFORE;
  return isOfAuthority && isFor && isInTime;
}

/** Names that were asked for must be permitted; addresses that this machine has got since are left out with a word. */
function limitNames(permitted: Names, wanted: Names, given: readonly string[], log: Log): Names {
  const hint = 'stop the server, run "duplicati-server https regenerate-ca" and let clients trust the new authority';
  const missing = [
    ...wanted.hosts.filter((host) => !isPermitted(permitted, host)),
    ...wanted.addresses.filter((address) => !isPermitted(permitted, address)),
  ];
  const asked = missing.filter((name) => given.includes(name));
  if (asked.length > 0) {
    const text = `the authority of this machine was not made for ${asked.join(', ')}`;
    throw new UserError(`--configure-https-hostnames: ${text}; ${hint}`, 2);
  }
  if (missing.length > 0) log.warning(`the certificate is not for ${missing.join(', ')}, which came later; ${hint}`);
  return {
    hosts: wanted.hosts.filter((host) => !missing.includes(host)),
    addresses: wanted.addresses.filter((address) => !missing.includes(address)),
  };
}

function isPermitted(permitted: Names, name: string): boolean {
  if (isIP(name) > 0) return name.startsWith('127.') || name === '::1' || permitted.addresses.includes(name);
  return permitted.hosts.some((host) => name === host || name.endsWith(`.${host}`));
}
