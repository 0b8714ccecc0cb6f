import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import test from 'ava';
import { encryptAesCrypt } from '../../../runtime/aes-crypt/aes-crypt.ts';
import { makeFolder, runProgram } from '../run-program.ts';

const SECRET = 'canary-4711';

test('a passphrase comes from the environment, a file, an encrypted file or pass, and is never said', async (t) => {
  const root = await makeFolder(t);
  const [source, remote, file, encrypted, pass] = ['source', 'remote', 'secrets.json', 'secrets.json.aes', 'pass'].map(
    (name) => path.join(root, name),
  ) as [string, string, string, string, string];
  mkdirSync(source);
  writeFileSync(path.join(source, 'a'), 'text');
  const content = JSON.stringify({ backup: SECRET, other: 'canary-0815' });
  writeFileSync(file, content);
  await pipeline(encryptAesCrypt([Buffer.from(content)], 'of the file'), createWriteStream(encrypted));
  writeFileSync(
    pass,
    `#!/bin/sh\n[ "$1 $2" = "show backup" ] && echo ${SECRET} || { echo "no such entry" >&2; exit 1; }\n`,
  );
  chmodSync(pass, 0o755);
  const run = (command: string, args: string[], env: Record<string, string> = {}) =>
    runProgram('duplicati-cli', [command, `file://${remote}`, ...args, '--disable-module=console-password-input'], {
      HOME: root,
      ...env,
    });
  t.is((await run('backup', [source], { PASSPHRASE: SECRET })).code, 0);
  const good: string[][] = [
    ['--passphrase=$BACKUP_SECRET', '--secret-provider=env://'],
    ['--passphrase=$backup', `--secret-provider=file-secret://${file}`],
    [
      '--passphrase=%%{backup}',
      '--secret-provider-pattern=%%',
      `--secret-provider=file-secret://${encrypted}?passphrase=of%20the%20file`,
    ],
    ['--passphrase=$backup', `--secret-provider=pass://?pass-command=${encodeURIComponent(pass)}`],
  ];
  for (const args of good) {
    const { code, stderr, stdout } = await run('list', args, { BACKUP_SECRET: SECRET });
    t.is(code, 0, `${args}: ${stderr}`);
    t.false((stdout + stderr).includes(SECRET));
  }
  const bad: [string[], number, RegExp][] = [
    [['--passphrase=$none', '--secret-provider=env://'], 100, /no secret "none"/],
    [['--passphrase=$other', `--secret-provider=file-secret://${file}`], 100, /ErrorID: WrongPassphrase/],
    [['--passphrase=$backup', `--secret-provider=file-secret://${encrypted}?passphrase=wrong`], 100, /cannot be read/],
    [['--passphrase=$backup', `--secret-provider=file-secret://${pass}`], 100, /it is no JSON/],
    [
      ['--passphrase=$none', `--secret-provider=pass://?pass-command=${encodeURIComponent(pass)}`],
      100,
      /no such entry/,
    ],
    [['--passphrase=$backup', '--secret-provider=hcv://vault'], 200, /HashiCorp Vault is not asked/],
    [['--passphrase=$backup', '--secret-provider=azkv://vault'], 200, /Azure Key Vault is not asked/],
    [['--passphrase=$backup', '--secret-provider=nothing'], 200, /begins with none of/],
  ];
  for (const [args, expected, message] of bad) {
    const { code, stderr, stdout } = await run('list', args);
    t.is(code, expected, String(args));
    t.regex(stderr, message);
    for (const secret of [SECRET, 'canary-0815', 'of the file']) t.false((stdout + stderr).includes(secret));
  }
});
