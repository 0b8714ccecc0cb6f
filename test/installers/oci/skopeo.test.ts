import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Artifact } from '../../../build/model/format.ts';
import { oci, writeDockerArchive, writeLayoutFolder } from '../../../installers/oci/oci.ts';
import { memoryBlobs, readArtifact } from '../../suites/blobs.ts';
import { samplePackage } from '../../suites/sample-package.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const PACKAGE = samplePackage({ format: 'oci', arches: ['x64', 'arm64'] });
const GZIP = { method: 'gzip', level: 6 } as const;

async function save(t: ExecutionContext, artifacts: readonly Artifact[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'packwright-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const artifact of artifacts) {
    const file = join(folder, artifact.name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, await readArtifact(artifact));
  }
  return folder;
}

// What skopeo prints is an object; each test looks at the members it needs.
function inspect(reference: string, ...options: string[]) {
  return JSON.parse(runTool('skopeo', ['--insecure-policy', ...options, 'inspect', reference]));
}

test('skopeo reads each architecture out of the tar, with and without the tag', async (t) => {
  if (!haveTool(t, 'skopeo')) return;
  const file = join(await save(t, await oci.write(PACKAGE, memoryBlobs, GZIP)), 'thing-1.2.3.oci.tar');
  for (const architecture of ['amd64', 'arm64']) {
    const found = inspect(`oci-archive:${file}:1.2.3`, '--override-arch', architecture);
    t.is(found.Architecture, architecture);
    t.is(found.Labels['org.opencontainers.image.title'], 'Thing');
    t.is(found.Layers.length, 2);
  }
  t.is(inspect(`oci-archive:${file}`, '--override-arch', 'arm64').Architecture, 'arm64');
});

test('skopeo copies every blob of the layout and of a docker-archive, which checks every digest', async (t) => {
  if (!haveTool(t, 'skopeo')) return;
  const folder = await save(t, [
    ...(await writeLayoutFolder(PACKAGE, memoryBlobs, GZIP)),
    ...(await writeDockerArchive(PACKAGE, memoryBlobs, GZIP)),
  ]);
  const copy = (from: string, to: string, ...options: string[]) =>
    runTool('skopeo', ['--insecure-policy', 'copy', ...options, from, `dir:${join(folder, to)}`]);
  t.notThrows(() => copy(`oci:${folder}/thing-1.2.3.oci:1.2.3`, 'all', '--all'));
  t.notThrows(() => copy(`docker-archive:${folder}/thing-1.2.3-amd64.docker.tar:thing:1.2.3`, 'one'));
});
