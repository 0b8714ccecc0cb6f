import test from 'ava';
import { rpm } from '../../../installers/rpm/rpm.ts';
import { artifactBytes, blobs, bytesSource, unpacker } from './blobs.ts';
import { thing } from './thing.ts';

for (const compression of rpm.compressions) {
  test(`a package with ${compression.method} reads back as it was meant`, async (t) => {
    const pkg = thing();
    const [artifact] = await rpm.write(pkg, blobs, compression);
    const bytes = await artifactBytes(artifact!);
    t.is(bytes.length, artifact!.size);
    const facts = await rpm.read(bytesSource(bytes), unpacker);
    t.is(facts.version, '1.2.0~beta.2-1');
    t.deepEqual(
      facts.trees[0]!.entries.map((entry) => entry.path),
      pkg.placements[0]!.tree.map((entry) => entry.path),
    );
  });
}
