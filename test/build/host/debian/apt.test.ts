import test from 'ava';
import { proxyOf } from '../../../../build/host/debian/apt-proxy.ts';
import { mirrorListsOf, mirrorsOf } from '../../../../build/host/debian/apt-sources.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

test('mirrors are found in deb822 sources, disabled ones and those of others left out', (t) => {
  const text = `# comment
Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: ${KEYRING}

Types: deb
URIs: https://mirror.example/debian-security
Suites: bookworm-security

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm

Types: deb
URIs: http://archive.ubuntu.example/ubuntu
Suites: noble
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
`;
  t.deepEqual(mirrorsOf(new Map([['/etc/apt/sources.list.d/debian.sources', text]])), [
    { archive: 'debian', root: 'http://mirror.example/debian', keyring: KEYRING },
    { archive: 'debian-security', root: 'https://mirror.example/debian-security' },
  ]);
});

test('mirrors are found in one-line sources with options and comments', (t) => {
  const text = `deb [arch=amd64 signed-by=${KEYRING}] http://corp.example/mirrors/bookworm bookworm main # ours
deb http://deb.example/debian bookworm main contrib
deb http://deb.example/debian bookworm-updates main
deb-src http://src.example/debian bookworm main
#deb http://off.example/debian bookworm main
deb http://security.example/debian-security bookworm-security/updates main
deb file:/srv/debian bookworm main
deb https://other.example/repo stable main
`;
  t.deepEqual(mirrorsOf(new Map([['/etc/apt/sources.list', text]])), [
    { archive: 'debian', root: 'http://corp.example/mirrors/bookworm', keyring: KEYRING },
    { archive: 'debian', root: 'http://deb.example/debian' },
    { archive: 'debian-security', root: 'http://security.example/debian-security' },
  ]);
});

test('a mirror list of a cloud image is followed', (t) => {
  const text = 'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n';
  t.deepEqual(mirrorListsOf(text), ['/etc/apt/mirrors/debian.list']);
  const files = new Map([
    ['/etc/apt/sources.list.d/debian.sources', text],
    ['/etc/apt/mirrors/debian.list', '# near\nhttps://cdn.example/debian priority:1\n'],
  ]);
  t.deepEqual(mirrorsOf(files), [{ archive: 'debian', root: 'https://cdn.example/debian' }]);
});

test('a proxy is found in either way of writing apt.conf, the last word wins', (t) => {
  const proxy = proxyOf([
    '// none\nAcquire::http::Proxy "http://old.example:1/";\n#clear x;\n',
    'Acquire { http { Proxy "http://proxy.example:3128/"; Proxy::direct.example "DIRECT"; }; Retries "3"; };',
  ]);
  t.is(proxy(new URL('http://a.example/')), 'http://proxy.example:3128/');
  t.is(proxy(new URL('https://a.example/')), 'http://proxy.example:3128/');
  t.is(proxy(new URL('http://direct.example/')), 'DIRECT');
});

test('https has a proxy of its own when apt names one, and none when apt names none', (t) => {
  const proxy = proxyOf(['Acquire::https::Proxy "http://tls.example/"; /* http none */']);
  t.is(proxy(new URL('https://a.example/')), 'http://tls.example/');
  t.is(proxy(new URL('http://a.example/')), undefined);
});
