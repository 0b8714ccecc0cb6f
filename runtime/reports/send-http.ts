import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { optionNamed } from '../jobs/job-document.ts';
import { createHttpClient } from '../storage/http/http.ts';
import { readHashes } from '../storage/tls/trust.ts';
import { fillTemplate, isAsked, isOn, numberOf, type Report, spanOf, writeJson } from './report.ts';

const MOST_ADDRESSES = 10;
const MOST_RETRIES = 10;
const LONGEST_DELAY = 60_000;
/** Milliseconds for one attempt. */
const LIMIT = 30_000;

const DEFAULT_MESSAGE =
  'Duplicati %OPERATIONNAME% report for %backup-name% (%machine-id%, %backup-id%, %machine-name%)\n\n%RESULT%';

type Form = 'form' | 'json';

/** Sends a report to web addresses where its options name some. @throws Error of the first that did not take it. */
export async function sendHttp(report: Report): Promise<void> {
  const { options } = report.document;
  if (!isAsked(report, 'send-http')) return;
  const isJson = /^json$/i.test(optionNamed(options, 'send-http-result-output-format') ?? '');
  const named = (name: string, form: Form) =>
    (optionNamed(options, name) ?? '')
      .split(';')
      .map((one) => ({ text: one.trim(), form }))
      .filter(({ text }) => text !== '');
  const addresses = [
    ...named('send-http-url', isJson ? 'json' : 'form'),
    ...named('send-http-form-urls', 'form'),
    ...named('send-http-json-urls', 'json'),
  ];
  const sent = await Promise.allSettled(
    addresses.slice(0, MOST_ADDRESSES).map((one) => sendTo(one.text, one.form, report)),
  );
  const failed = sent.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

async function sendTo(text: string, form: Form, report: Report): Promise<void> {
  const { options } = report.document;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('an address of send-http is not http:// or https://');
  const retries = numberOf(options, 'send-http-retries', 3, MOST_RETRIES);
  const delay = Math.min(spanOf(options, 'send-http-retry-delay', 1000), LONGEST_DELAY);
  const body = form === 'json' ? writeJson(report, 'send-http', mostLines(report)) : writeForm(report);
  for (let attempt = 0; ; attempt++) {
    try {
      return await post(url, form, body, report);
    } catch (thrown) {
      if (attempt >= retries) throw new Error(`${url.host} did not take the report: ${messageOf(thrown)}`);
      await wait(delay, undefined, { ref: false });
    }
  }
}

function mostLines({ document }: Report): number {
  return numberOf(document.options, 'send-http-max-log-lines', 100, 1000);
}

function writeForm(report: Report): string {
  const { options } = report.document;
  const message = fillTemplate(
    optionNamed(options, 'send-http-message') || DEFAULT_MESSAGE,
    report,
    'send-http',
    false,
    mostLines(report),
  );
  const name = optionNamed(options, 'send-http-message-parameter-name') || 'message';
  const extra = optionNamed(options, 'send-http-extra-parameters') ?? '';
  return `${encodeURIComponent(name)}=${encodeURIComponent(message)}${extra === '' ? '' : `&${encodeURI(extra)}`}`;
}

/** One attempt. Where the server sends us elsewhere, we do not go. Nothing is sent before its certificate was judged. */
async function post(url: URL, form: Form, body: string, { document }: Report): Promise<void> {
  const { options } = document;
  const verb = (optionNamed(options, 'send-http-verb') || 'POST').toUpperCase();
  const bytes = Buffer.from(body);
  const isEncrypted = url.protocol === 'https:';
  const client = createHttpClient({
    where: url.host,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isEncrypted ? 443 : 80),
    isEncrypted,
    rules: {
      acceptAny: isOn(options, 'send-http-accept-any-ssl-certificate'),
      hashes: readHashes(
        'send-http-accept-specified-ssl-hash',
        optionNamed(options, 'send-http-accept-specified-ssl-hash'),
      ),
    },
    patience: LIMIT,
  });
  try {
    const { status, body: said } = await client.send({
      method: ['POST', 'PUT', 'PATCH'].includes(verb) ? verb : 'POST',
      path: `${url.pathname}${url.search}`,
      headers: {
        ...(url.username === '' ? {} : { authorization: basicOf(url) }),
        'content-type': form === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
        'content-length': `${bytes.length}`,
      },
      body: bytes,
      signal: AbortSignal.timeout(LIMIT),
    });
    said.on('error', () => {}).destroy(); // what it says is of no interest
    if (status < 200 || status >= 300) throw new Error(`it answered ${status}`);
  } finally {
    client.close();
  }
}

function basicOf({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}
