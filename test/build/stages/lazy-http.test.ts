import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { build, type Plugin } from 'esbuild';
import { lazyHttp } from '../../../build/stages/lazy-http.ts';
import { makeScratchFolder } from '../../scratch-folder.ts';

/** What a bundled program says: does its server answer, and has Node loaded its web client? */
async function run(plugins: Plugin[]): Promise<string> {
  const folder = makeScratchFolder('lazy-http');
  await writeFile(
    path.join(folder, 'program.ts'),
    `import http, { createServer, STATUS_CODES } from 'node:http';
     import { request } from 'http';
     const hasClient = process.moduleLoadList.some((name) => name.includes('undici'));
     const server = createServer((_, answer) => answer.end(STATUS_CODES[200])).listen(0, '127.0.0.1', () => {
       request({ port: server.address().port, host: '127.0.0.1' }, (answer) => {
         console.log(answer.statusCode, typeof http.Agent, hasClient);
         answer.resume();
         server.close();
       }).end();
     });`,
  );
  const file = path.join(folder, 'program.mjs');
  const entry = path.join(folder, 'program.ts');
  await build({ entryPoints: [entry], outfile: file, bundle: true, platform: 'node', format: 'esm', plugins });
  return (await promisify(execFile)(process.execPath, [file])).stdout.trim();
}

test('a bundled server does not load the web client of Node that it does not use', async (t) => {
  t.is(await run([]), '200 function true', 'as Node does it by itself');
  t.is(await run([lazyHttp]), '200 function false');
});
