import { isIP } from 'node:net';
import { optionNamed } from '../jobs/job-document.ts';
import { listAuthorities } from '../tls/authorities.ts';
import { fillTemplate, isAsked, numberOf, type Report, writeJson } from './report.ts';

/** Milliseconds for one server, from the connection to its last word. */
const LIMIT = 60_000;
const MOST_SERVERS = 5;
const LARGEST_TO = 50;

interface Server {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  startTls: 'always' | 'when-available' | 'never';
}

/** Sends a report by mail where its options ask for one. @throws Error when no server took it. */
export async function sendMail(report: Report): Promise<void> {
  const { options } = report.document;
  const to = splitAddresses(optionNamed(options, 'send-mail-to') ?? '');
  if (to.length === 0 || !isAsked(report, 'send-mail')) return;
  const servers = (optionNamed(options, 'send-mail-url') ?? '')
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean);
  if (servers.length === 0) throw new Error('no mail server is given (send-mail-url)');
  const user = optionNamed(options, 'send-mail-username') ?? '';
  const pass = optionNamed(options, 'send-mail-password') ?? '';
  const message = await compose(report, to);
  let failure: unknown;
  for (const url of servers.slice(0, MOST_SERVERS)) {
    try {
      await deliver(readServer(url, user !== ''), user === '' ? undefined : { user, pass }, message);
      return;
    } catch (thrown) {
      failure = thrown;
    }
  }
  throw failure;
}

interface Message {
  from: string;
  to: string[];
  bytes: Buffer;
}

async function compose(report: Report, to: readonly string[]): Promise<Message> {
  const { options } = report.document;
  const most = numberOf(options, 'send-mail-max-log-lines', 100, 1000);
  const isJson = /^json$/i.test(optionNamed(options, 'send-mail-result-output-format') ?? '');
  const subject = optionNamed(options, 'send-mail-subject') || 'Duplicati %OPERATIONNAME% report for %backup-name%';
  const body = optionNamed(options, 'send-mail-body') || '%RESULT%';
  const domain = to[0]?.replace(/^.*@/, '').replace(/>.*$/, '') ?? '';
  let from = (optionNamed(options, 'send-mail-from') || 'no-reply').replaceAll('"', '').trim();
  if (!from.includes('@')) from = `No Reply - Backup report <${from}@${domain}>`;
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const node = new MailComposer({
    from,
    to: [...to],
    subject: fillTemplate(subject, report, 'send-mail', true),
    text: isJson ? writeJson(report, 'send-mail', most) : fillTemplate(body, report, 'send-mail', false, most),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const envelope = node.getEnvelope();
  return { from: envelope.from || '', to: envelope.to, bytes: await node.build() };
}

function splitAddresses(text: string): string[] {
  const all = text.split(/[,;]/).map((one) => one.replaceAll('"', '').trim());
  return all.filter((one) => /^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(one)).slice(0, LARGEST_TO);
}

/**
 * Reads `smtp://host:port/?starttls=always`, `smtps://`, `tls://` or `starttls://`. A password goes to another machine encrypted or not
 * at all, unless `starttls=never` says otherwise. @throws Error
 */
export function readServer(text: string, hasLogin: boolean): Server {
  const url = URL.parse(text.includes('://') ? text : `smtp://${text}`);
  const scheme = url?.protocol.replace(':', '') ?? '';
  if (!url || !['smtp', 'smtps', 'tls', 'starttls'].includes(scheme) || url.hostname === '')
    throw new Error('send-mail-url is no address such as smtps://mail.example:465');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = scheme === 'smtps' || scheme === 'tls';
  const asked = url.searchParams.get('starttls')?.toLowerCase();
  const isHere = host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
  const otherwise = scheme === 'starttls' || (hasLogin && !isHere) ? 'always' : 'when-available';
  const startTls = asked === 'always' || asked === 'never' ? asked : otherwise;
  return { host, port: Number(url.port) || (secure ? 465 : scheme === 'starttls' ? 587 : 25), secure, startTls };
}

async function deliver(
  { host, port, secure, startTls }: Server,
  login: { user: string; pass: string } | undefined,
  { from, to, bytes }: Message,
): Promise<void> {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection'); // a server that sends no mail does not pay for it
  const connection = new SMTPConnection({
    host,
    port,
    secure,
    requireTLS: startTls === 'always',
    ignoreTLS: startTls === 'never',
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    dnsTimeout: 15_000,
    maxResponseSize: 65_536,
    tls: { minVersion: 'TLSv1.2', ca: listAuthorities() },
  });
  return new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => end(new Error('the mail server took too long')), LIMIT);
    const end = (failure?: Error | null) => {
      clearTimeout(late);
      if (failure) {
        connection.close();
        reject(failure);
        return;
      }
      connection.quit();
      resolve();
    };
    connection.on('error', (failure: Error) => end(failure));
    connection.connect((failure) => {
      if (failure) return end(failure);
      const send = () => connection.send({ from, to }, bytes, (problem) => end(problem));
      if (!login) return send();
      connection.login(login, (problem) => (problem ? end(problem) : send()));
    });
  });
}
