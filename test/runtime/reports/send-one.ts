/** Sends one report by mail to the address that is given; a process of its own, see mail-encrypted.test.ts. */
import { sendMail } from '../../../runtime/reports/send-mail.ts';
import { makeReport } from './stand-ins.ts';

const report = makeReport({
  'send-mail-url': process.argv[2] ?? '',
  'send-mail-to': 'me@example.com',
  'send-mail-username': 'me',
  'send-mail-password': 'canary-mail',
});
try {
  await sendMail(report);
  process.stdout.write('sent\n');
} catch (thrown) {
  process.stdout.write(`failed: ${String(thrown)}\n`);
}
