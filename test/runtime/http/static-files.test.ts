import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { serveFiles, type WebSite } from '../../../runtime/http/static-files.ts';
import { listWebFolder } from '../../../runtime/http/web-files.ts';
import { makeFolder } from '../run-program.ts';
import { request, sendRaw, statusOf } from './raw-request.ts';
import { RULE, serve } from './serve.ts';

const SECRET = 'what nobody may read';
const SCRIPT = 'console.log("a script that is long enough to be worth compressing");'.repeat(20);
const PAGE = `<html><head><base href="/"><script>start()</script></head><body onload="go()">page</body></html>`;

async function serveFolder(t: ExecutionContext, site: Partial<WebSite> = {}, isProxied = false) {
  const above = await makeFolder(t);
  const folder = path.join(above, 'web');
  const files: Record<string, string> = {
    '../secret.txt': SECRET,
    'index.html': PAGE,
    'main-QEZ4SKCV.js': SCRIPT,
    'plain.js': SCRIPT,
    'a b.txt': 'with a blank',
    '.hidden': SECRET,
    '.git/config': SECRET,
    'ngclient/index.html': PAGE,
    'ngclient/app.js': SCRIPT,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  await symlink(path.join(above, 'secret.txt'), path.join(folder, 'link.txt'));
  await symlink(above, path.join(folder, 'folder'));
  const findFile = serveFiles({
    files: listWebFolder(folder, '--webservice-webroot'),
    spaPaths: ['/ngclient'],
    isOwn: false,
    ...site,
  });
  return { folder, ...(await serve(t, { findFile, rule: { ...RULE, isProxy: () => isProxied } })) };
}

const get = (port: number, target: string, ...headers: string[]) =>
  sendRaw(port, request(`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers));

test('no path leads out of the folder, to a hidden file or through a link', async (t) => {
  const { port } = await serveFolder(t);
  const paths = [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/ngclient/../../secret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/secret.txt%00.html',
    '/index.html%00',
    '/./index.html',
    '/.hidden',
    '/%2ehidden',
    '/.git/config',
    '/link.txt',
    '/folder/secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/%',
    '/%zz',
    '/C:%5cwindows%5cwin.ini',
    '/file:///etc/passwd',
    '/index.html/',
    '/index.html::$DATA',
    '/ngclient/..%2f..%2fsecret.txt',
  ];
  for (const target of paths) {
    const answer = await get(port, target);
    t.true([400, 404].includes(statusOf(answer)), `${target}: ${answer.slice(0, 60)}`);
    t.false(answer.includes(SECRET), target);
  }
  t.is(statusOf(await get(port, '/a%20b.txt')), 200);
});

test('a file that was taken away since the start is missing, no failure', async (t) => {
  const { port, folder } = await serveFolder(t);
  await rm(path.join(folder, 'plain.js'));
  t.is(statusOf(await get(port, '/plain.js')), 404);
});

test('files have their type, a tag, and names with a digest are kept for good', async (t) => {
  const { port } = await serveFolder(t);
  const kept = await get(port, '/main-QEZ4SKCV.js');
  t.regex(kept, /^Content-Type: text\/javascript; charset=utf-8\r$/m);
  t.regex(kept, /^Cache-Control: public, max-age=31536000, immutable\r$/m);
  t.regex(kept, /^X-Content-Type-Options: nosniff\r$/m);
  t.is(bodyOf(kept), SCRIPT);
  const plain = await get(port, '/plain.js');
  t.regex(plain, /^Cache-Control: no-cache\r$/m);
  const [, tag = ''] = /^ETag: (.*)\r$/m.exec(plain) ?? [];
  const again = await get(port, '/plain.js', `If-None-Match: "x", W/${tag}`);
  t.is(statusOf(again), 304);
  t.is(bodyOf(again), '');
  t.is(statusOf(await get(port, '/plain.js', 'If-None-Match: "x"')), 200);
  const head = await sendRaw(port, request('HEAD /plain.js HTTP/1.1', 'Host: localhost'));
  t.regex(head, new RegExp(`^Content-Length: ${SCRIPT.length}\r$`, 'm'));
  t.is(bodyOf(head), '');
  t.is(statusOf(await sendRaw(port, request('POST /plain.js HTTP/1.1', 'Host: localhost'))), 405);
});

test('what a browser takes compressed is sent so', async (t) => {
  const { port } = await serveFolder(t);
  for (const [asked, coding, decode] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip;q=0.5', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', null, (bytes: Uint8Array) => Buffer.from(bytes)],
    ['bread', null, (bytes: Uint8Array) => Buffer.from(bytes)],
  ] as const) {
    for (let i = 0; i < 2; i++) {
      const { headers, body } = await getBytes(port, '/plain.js', asked);
      t.is(headers['content-encoding'] ?? null, coding, asked);
      t.is(headers.vary, 'Accept-Encoding');
      t.is(decode(body).toString(), SCRIPT);
    }
  }
});

test('routes of a web client are answered with its page, whose base and inline scripts are known', async (t) => {
  const { port } = await serveFolder(t);
  for (const target of ['/ngclient', '/ngclient/', '/ngclient/backup/3/edit', '/ngclient/index.html']) {
    const answer = await get(port, target);
    t.is(statusOf(answer), 200, target);
    t.true(answer.includes('<base href="/ngclient/">'), target);
    t.true(answer.includes("'sha256-") && answer.includes("'unsafe-hashes'"), target);
    t.false(/script-src[^;]*'unsafe-inline'/.test(answer));
  }
  t.is(statusOf(await get(port, '/ngclient/missing.js')), 404);
  t.is(statusOf(await get(port, '/ngclients/x')), 404);
  t.is(statusOf(await get(port, '/backup/3')), 404);
});

test('the path that a proxy shows us under is believed from a configured proxy, when it is one', async (t) => {
  const trusted = await serveFolder(t, {}, true);
  const prefixed = (port: number, prefix: string) => get(port, '/ngclient/', `X-Forwarded-Prefix: ${prefix}`);
  t.true((await prefixed(trusted.port, '/backup/')).includes('<base href="/backup/ngclient/">'));
  for (const prefix of ['//evil.test', '/"><script>', '/a/../b', 'backup', '/a;b', `/${'a'.repeat(300)}`])
    t.true((await prefixed(trusted.port, prefix)).includes('<base href="/ngclient/">'), prefix);
  const other = await serveFolder(t);
  t.true((await prefixed(other.port, '/backup')).includes('<base href="/ngclient/">'));
});

test('our own page may hold nothing inline and is not rewritten', async (t) => {
  const { port } = await serveFolder(t, { isOwn: true, spaPaths: [], alsoFirst: ['/signin.html'] });
  for (const target of ['/', '/signin.html?token=x', '/index.html']) {
    const answer = await get(port, target);
    t.regex(answer, /^Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';/m);
    t.regex(answer, /base-uri 'none'; form-action 'none'; frame-ancestors 'none'/);
    t.notRegex(answer, /sha256-|unsafe/);
    t.true(answer.includes('<base href="/">'));
  }
});

function getBytes(port: number, target: string, coding: string) {
  return new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    http
      .get({ port, path: target, headers: { 'Accept-Encoding': coding } }, async (response) => {
        const chunks: Buffer[] = await Array.fromAsync(response);
        resolve({ headers: response.headers, body: Buffer.concat(chunks) });
      })
      .on('error', reject);
  });
}

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}
