import test from 'ava';
import {
  holdsMask,
  isSecretOption,
  MASK,
  maskAddress,
  stripAddress,
  unmaskAddress,
} from '../../../runtime/backups/secrets.ts';

/** Facts about Duplicati 2.3.0: options of type "Password". */
const PASSWORDS =
  'passphrase new-passphrase secret-provider azure-access-key azure-access-sas-token b2-applicationkey authid duplicati-auth-apikey gcs-service-account-json access_key_secret password auth-password openstack-apikey aws-secret-access-key ssh-key api-key api-token send-mail-password client-secret';

test('options that Duplicati calls passwords are secret, by whatever case and dashes', (t) => {
  for (const name of PASSWORDS.split(' ')) {
    t.true(isSecretOption(name), name);
    t.true(isSecretOption(`--${name.toUpperCase()}`), name);
  }
  for (const name of [
    'encryption-module',
    'dblock-size',
    'ssh-keyfile',
    'auth-username',
    'keep-versions',
    'backup-name',
  ])
    t.false(isSecretOption(name), name);
});

test('addresses are shown without their secrets and without another change', (t) => {
  const cases = {
    'file:///srv/destination': 'file:///srv/destination',
    'ssh://u:secret@host:22/a%20b?ssh-key=x&y=1': `ssh://u:${MASK}@host:22/a%20b?ssh-key=${MASK}&y=1`,
    's3://bucket/p?AUTH-PASSWORD=a%26b&s3-server-name=h': `s3://bucket/p?AUTH-PASSWORD=${MASK}&s3-server-name=h`,
    'webdav://u:a:b@c@host/x@y': `webdav://u:${MASK}@host/x@y`,
    's3://b?auth%2Dpassword=x': `s3://b?auth%2Dpassword=${MASK}`,
    'no address': 'no address',
  };
  for (const [text, shown] of Object.entries(cases)) t.is(maskAddress(text), shown);
  t.is(stripAddress('ssh://u:secret@host/a?ssh-key=x&y=1'), 'ssh://u@host/a?y=1');
});

test('the mask stands for the stored secret, while the address leads to the same place', (t) => {
  const stored = 'ssh://u:p%40ss@host/a?ssh-key=x&y=1';
  t.is(unmaskAddress(maskAddress(stored), stored), stored);
  t.is(unmaskAddress(`ssh://u:${MASK}@HOST/other?y=2`, stored), 'ssh://u:p%40ss@HOST/other?y=2');
  t.is(unmaskAddress('ssh://u:new@elsewhere/', stored), 'ssh://u:new@elsewhere/');
  for (const elsewhere of [
    `ssh://u:${MASK}@evil/a`,
    `ssh://u:${MASK}@host:1/a`,
    `ssh://root:${MASK}@host/a`,
    `webdav://u:${MASK}@host/a`,
    `ssh://u@host/a?auth-password=${MASK}`,
    `ssh://u@host/a?ssh-key=${MASK}&s3-server-name=evil`,
    `${MASK}`,
  ])
    t.is(unmaskAddress(elsewhere, stored), undefined, elsewhere);
  t.true(holdsMask(maskAddress(stored)));
});
