import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import { placesOf } from '../../../platforms/linux/places.ts';
import { lantern } from './lantern.ts';

test('no edition may call folders its own that belong to the system: purge would take them away', (t) => {
  const [edition] = lantern.editions;
  for (const home of ['dpkg', 'private', 'systemd', 'rpm', 'sysusers.d', 'x86_64-linux-gnu']) {
    const error = t.throws(() => placesOf(lantern, { ...edition!, home }, 'deb'), { instanceOf: PackwrightError });
    t.regex(error?.message ?? '', new RegExp(`"${home}" .* the system's own`));
  }
  const { home: _, ...plain } = edition!;
  t.throws(() => placesOf({ ...lantern, name: 'dpkg' }, plain, 'rpm'), { instanceOf: PackwrightError });
  t.is(placesOf(lantern, { ...edition!, home: 'lantern-2.d-x' }, 'deb').state, '/var/lib/lantern-2.d-x');
});
