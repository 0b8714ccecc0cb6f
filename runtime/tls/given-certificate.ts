import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { codeOf, messageOf, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { type Identity, makeContext, readCertificate } from './identity.ts';

/** Files that the administrator named. */
export interface GivenFiles {
  certificate: string;
  /** PEM alone; without it the key is in the certificate's file. */
  key?: string;
  password: string;
}

const OPTION = '--webservice-sslcertificatefile';
const KEY_OPTION = '--webservice-sslcertificatekeyfile';
/** A chain with keys has a few kilobytes. */
const LARGEST = 1_048_576;

/** A number that changes with the files and the password, without telling them. @throws UserError (2) */
export function digestFiles(files: GivenFiles): string {
  const hash = createHash('sha256');
  for (const [file, option] of listFiles(files)) hash.update(readSmall(file, option)).update('\0');
  return hash.update(files.password).digest('hex');
}

/** Reads a PFX (PKCS #12), or PEM with the key in the same file or another one. @throws UserError (2) that says what is wrong. */
export async function readGivenIdentity(files: GivenFiles, log: Log, now = Date.now()): Promise<Identity> {
  const bytes = readSmall(files.certificate, OPTION);
  for (const [file] of listFiles(files)) warnOfReaders(file, log);
  const identity = bytes.includes('-----BEGIN ') ? readPem(bytes.toString('latin1'), files) : readPfx(bytes, files);
  const leaf = await proveIdentity(identity, files);
  const about = `the certificate in ${files.certificate}`;
  if (Date.parse(leaf.validTo) <= now) throw wrong(`${about} expired on ${leaf.validTo}; renew it`);
  if (Date.parse(leaf.validFrom) > now) log.warning(`${about} is not valid before ${leaf.validFrom}`);
  return identity;
}

function listFiles(files: GivenFiles): [string, string][] {
  return [
    [files.certificate, OPTION],
    ...(files.key === undefined ? [] : [[files.key, KEY_OPTION] as [string, string]]),
  ];
}

function readSmall(file: string, option: string): Buffer {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > LARGEST) throw new Error('it is not a file of at most 1 MiB');
    return readFileSync(file);
  } catch (thrown) {
    throw new UserError(`${option}: ${file} cannot be read: ${messageOf(thrown)}`, 2);
  }
}

/** Group rights are left to the administrator: Debian's group ssl-cert is made for that. */
function warnOfReaders(file: string, log: Log): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o006) === 0) return;
  if (/-----BEGIN CERTIFICATE-----/.test(readFileSync(file, 'latin1')) && !holdsKey(readFileSync(file, 'latin1')))
    return;
  log.warning(`every user of this machine can read ${file}, which holds the private key (chmod o-rwx)`);
}

function holdsKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text);
}

function readPem(text: string, files: GivenFiles): Identity {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw wrong(`${files.certificate} holds no certificate`);
  const keyText = files.key === undefined ? text : readSmall(files.key, KEY_OPTION).toString('latin1');
  if (!holdsKey(keyText)) {
    const hint = files.key === undefined ? `; name the file that does with ${KEY_OPTION}` : '';
    throw wrong(`${files.key ?? files.certificate} holds no private key${hint}`);
  }
  const key = readKey(keyText, files);
  const certificates = blocks.map((block) => readBlock(block, files.certificate));
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!own) throw wrong(`the private key does not belong to the certificate in ${files.certificate}`);
  const chain = [own, ...certificates.filter((certificate) => certificate !== own)];
  // A key that is exported as PEM is text.
  const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { kind: 'pem', certificates: chain.map(String).join(''), key: pem };
}

function readBlock(block: string, file: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw wrong(`${file} holds a certificate that cannot be read`);
  }
}

function readKey(text: string, files: GivenFiles): KeyObject {
  const block = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/.exec(text)?.[0] ?? '';
  try {
    return createPrivateKey({ key: block, ...(files.password === '' ? {} : { passphrase: files.password }) });
  } catch (thrown) {
    const isEncrypted = /ENCRYPTED/.test(block);
    throw isEncrypted ? wrongPassword(files) : wrong(`the private key cannot be read (${messageOf(thrown)})`);
  }
}

function readPfx(bytes: Buffer, files: GivenFiles): Identity {
  if (files.key !== undefined) throw wrong(`${KEY_OPTION} goes with a certificate in PEM; a PFX holds its key`);
  return { kind: 'pfx', pfx: bytes.toString('base64'), password: files.password };
}

/** The certificate itself, once it has been shown in a handshake. */
async function proveIdentity(identity: Identity, files: GivenFiles): Promise<X509Certificate> {
  try {
    return await readCertificate(makeContext(identity));
  } catch (thrown) {
    const text = `${codeOf(thrown)} ${messageOf(thrown)}`;
    if (/mac verify/i.test(text)) throw wrongPassword(files);
    if (/unsupported/i.test(text) && identity.kind === 'pfx')
      throw wrong(
        `${files.certificate} is encrypted in an old way (such as RC2) that is read no more; export it again with AES, such as with "openssl pkcs12 -export"`,
      );
    if (/no suitable|no shared cipher|NO_PRIVATE|private key/i.test(text))
      throw wrong(`${files.certificate} holds no private key that can be used for TLS`);
    throw wrong(`${files.certificate} is neither a PFX nor a PEM certificate that can be used (${messageOf(thrown)})`);
  }
}

function wrongPassword({ password }: GivenFiles): UserError {
  const option = '--webservice-sslcertificatepassword';
  if (password === '') return wrong(`the private key is encrypted; give its password with ${option}-file or ${option}`);
  return wrong(`the password (${option}) is wrong`);
}

function wrong(text: string): UserError {
  return new UserError(`${OPTION}: ${text}`, 2);
}
