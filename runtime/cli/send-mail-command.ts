import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { makeRedactor } from '../jobs/job-document.ts';
import { sendMail } from '../reports/send-mail.ts';
import type { Call, CliCommand } from './command.ts';
import { NamedError } from './named-error.ts';
import { reportOptions } from './report-options.ts';
import { describeCall } from './run-document.ts';

export const sendMailCommand: CliCommand = {
  name: 'send-mail',
  operands: [],
  help: 'Send a mail as a backup would, to try what --send-mail-url and the other --send-mail-* say.',
  options: [{ name: 'json', help: 'Print JSON instead of text.' }],
  examples: [
    {
      line: 'duplicati-cli send-mail --send-mail-to=me@example.org --send-mail-url=smtps://mail.example.org:465',
      help: 'Does it arrive?',
    },
  ],
  run: runSendMail,
};

async function runSendMail({ words, given, argv, output }: Call): Promise<number> {
  const to = given.text('send-mail-to');
  if (!to) throw new UserError('send-mail needs --send-mail-to and --send-mail-url', 200);
  const names = reportOptions.map(({ name }) => name);
  const described = describeCall(sendMailCommand, words, given, argv, names);
  const always = { name: 'send-mail-any-operation', value: 'true', filter: '' };
  const document = { ...described, options: [...described.options, always] };
  const lines = ['This is a test: nothing was backed up.'];
  try {
    await sendMail({ document, level: 'Success', result: { level: 'Success', facts: {}, metadata: {}, lines } });
  } catch (thrown) {
    const why = makeRedactor(document)(messageOf(thrown));
    throw new NamedError('SendMailFailed', `no mail server took the mail: ${why}`, SERIOUS, thrown);
  }
  if (output.asJson) await output.json({ to });
  else await output.line(`The mail to ${to} is on its way`);
  return 0;
}
