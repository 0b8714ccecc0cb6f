import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { optionNamed } from '../jobs/job-document.ts';
import { listAuthorities } from '../tls/authorities.ts';
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
  const body = form === 'json' ? writeJson(report, mostLines(report)) : writeForm(report);
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
    false,
    mostLines(report),
  );
  const name = optionNamed(options, 'send-http-message-parameter-name') || 'message';
  const extra = optionNamed(options, 'send-http-extra-parameters') ?? '';
  return `${encodeURIComponent(name)}=${encodeURIComponent(message)}${extra === '' ? '' : `&${encodeURI(extra)}`}`;
}

/** One attempt. Where the server sends us elsewhere, we do not go. */
function post(url: URL, form: Form, body: string, { document }: Report): Promise<void> {
  const verb = (optionNamed(document.options, 'send-http-verb') || 'POST').toUpperCase();
  const bytes = Buffer.from(body);
  const isSecure = url.protocol === 'https:';
  const request = isSecure ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: ['POST', 'PUT', 'PATCH'].includes(verb) ? verb : 'POST',
      agent: false,
      signal: AbortSignal.timeout(LIMIT),
      headers: {
        'Content-Type': form === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
        'Content-Length': bytes.length,
      },
      ...(isSecure ? { minVersion: 'TLSv1.2' as const, ca: listAuthorities() } : {}),
      ...(isSecure && isOn(document.options, 'send-http-accept-any-ssl-certificate')
        ? { rejectUnauthorized: false }
        : {}),
    });
    call.on('error', reject);
    call.on('response', (response) => {
      response.destroy(); // what it says is of no interest
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`it answered ${status}`));
    });
    call.end(bytes);
  });
}
