import { readFile } from 'node:fs/promises';
import test from 'ava';
import { bytesSource } from '../../../build/host/byte-source.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { replaceResources } from '../../../build/pe/edit-pe.ts';
import { readVersion } from '../../../build/pe/read-version.ts';
import type { Resource } from '../../../build/pe/resource-tree.ts';
import { versionResource } from '../../../build/pe/version-info.ts';
import { NATIVE } from '../../../platforms/windows/native/native.ts';
import { assemble, makeProgram } from './program.ts';

async function programWith(resource: Resource): Promise<Buffer> {
  const program = await makeProgram(8192);
  return assemble(program, await replaceResources(bytesSource('program', program), [resource]));
}

test('the version is the one of the fixed part, with the languages of the translation', async (t) => {
  const program = await programWith(
    versionResource([26, 10, 65535], { FileVersion: '1.2', ProductName: 'Tiny Grüße' }),
  );
  t.deepEqual(await readVersion(bytesSource('program', program)), { number: '26.10.65535.0', languages: [1033] });
});

test('a file without a version resource has no version', async (t) => {
  t.is(await readVersion(bytesSource('launcher', await readFile(NATIVE.x64.launcher))), undefined);
});

test('a damaged version resource gives one clear error or is read, but never hangs', async (t) => {
  const resource = versionResource([1, 2, 3, 4], { FileVersion: '1.2.3.4' });
  for (let at = 0; at < resource.data.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const data = Buffer.from(resource.data);
      if (data[at] === value) continue;
      data[at] = value;
      const program = await programWith({ ...resource, data });
      await readVersion(bytesSource('program', program)).catch((error) => t.true(error instanceof PackwrightError));
    }
  }
  t.pass();
});

test('a version resource that is cut off, or is none, is refused', async (t) => {
  const resource = versionResource([1, 2, 3, 4], {});
  const wrong = Buffer.from(resource.data);
  wrong.writeUInt32LE(1, 40);
  for (const data of [resource.data.subarray(0, 60), wrong, Buffer.alloc(100)]) {
    const program = await programWith({ ...resource, data });
    await t.throwsAsync(readVersion(bytesSource('program', program)), {
      instanceOf: PackwrightError,
      message: /^program: not a sound PE file: .*version/,
    });
  }
});
