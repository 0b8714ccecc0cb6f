import test from 'ava';
import { renderControl } from '../../../installers/deb/control.ts';
import { parseControl } from '../../../installers/deb/fields.ts';
import { type Sample, samplePackage } from '../../suites/sample-package.ts';

function render(sample: Partial<Sample> = {}): string {
  const pkg = samplePackage({ format: 'deb', ...sample });
  return renderControl(pkg, pkg.placements[0]!, 'amd64', 1234, 'x.deb');
}

test('the control file says what the package is', (t) => {
  const text = render({
    version: '1.2.3.4-beta.2',
    product: {
      section: 'admin',
      description: [
        'Thing keeps things where they are, for as long as they are wanted, and brings them back\nwhen they are   needed again.',
        '.NET is not needed.',
      ],
    },
    placement: {
      relations: {
        libraries: [
          { soname: 'libatomic.so.1', versions: ['LIBATOMIC_1.0'] },
          { soname: 'libc.so.6', versions: ['GLIBC_2.28'] },
        ],
        replaces: ['thing-gui', 'thing-agent'],
        conflicts: ['rival'],
        depends: ['adduser', 'libc6 (>= 2.28)'],
      },
    },
  });
  t.is(
    text,
    `Package: thing
Version: 1.2.3.4~beta.2
Architecture: amd64
Maintainer: Ann Example <ann@example.com>
Installed-Size: 1234
Depends: libatomic1, libc6 (>= 2.28), adduser
Conflicts: rival, thing-agent, thing-gui
Replaces: thing-agent, thing-gui
Section: admin
Priority: optional
Homepage: https://example.com/thing
Description: keeps things
 Thing keeps things where they are, for as long as they are wanted, and brings
 them back when they are needed again.
 .
  .NET is not needed.
`,
  );
});

const RELATIONS = { libraries: [], replaces: [], conflicts: [], depends: [] };

test('a relation that dpkg could not read is refused', (t) => {
  for (const text of ['foo, bar', 'Foo', 'foo >= 1', 'foo (>= )', 'foo (> 1)', 'foo |', 'foo; rm', 'a']) {
    t.throws(() => render({ placement: { relations: { ...RELATIONS, depends: [text] } } }), {
      message: /no Debian rel/,
    });
    t.throws(() => render({ placement: { relations: { ...RELATIONS, conflicts: [text] } } }), {
      message: /no Debian rel/,
    });
  }
  for (const text of ['foo', 'g++ (>= 4:12)', 'python3:any (<< 3.14~)', 'mta | exim4 (= 4.96-15+deb12u6) | cc:arm64'])
    t.regex(render({ placement: { relations: { ...RELATIONS, depends: [text] } } }), /^Depends: /m);
});

test('our parser reads the rendered fields back', (t) => {
  const fields = parseControl(render(), 'control');
  t.is(fields.Package, 'thing');
  t.is(fields.Depends, 'libc6 (>= 2.28)');
  t.false('Conflicts' in fields);
  t.regex(fields.Description!, /^keeps things\n Thing keeps/);
});

test('a product without paragraphs is described by its summary', (t) => {
  t.true(
    render({ product: { description: [], summary: 'all there is' } }).endsWith(
      'Description: all there is\n all there is\n',
    ),
  );
});

test('a value that would break out of its field is refused', (t) => {
  t.throws(() => render({ product: { homepage: 'https://x\nEssential: yes' } }), {
    message: /Homepage has a line end/,
  });
  t.throws(() => render({ product: { maintainer: { name: 'A\r', email: 'a@b' } } }), {
    message: /Maintainer has a line end/,
  });
  t.throws(() => render({ product: { name: 'Thing' } }), { message: /"Thing" is not a Debian package name/ });
  t.throws(() => render({ product: { summary: 'two\nlines' } }), { message: /summary is empty or has a line end/ });
});

const FIELDS = 'Package: thing\nVersion: 1\nArchitecture: amd64\nMaintainer: A <a@b>\nDescription: d\n';

for (const [sentence, text, message] of [
  ['a second paragraph', `${FIELDS}\nPackage: other\n`, /line 6: a second paragraph/],
  ['a field that comes twice', `${FIELDS}version: 2\n`, /field version comes twice/],
  ['a line that is no field', `${FIELDS}nonsense\n`, /"nonsense" is no field/],
  ['a continuation before any field', ` x\n${FIELDS}`, /line 1: a continuation line/],
  ['a missing field', FIELDS.replace('Version: 1\n', ''), /field Version is missing/],
  ['a bad package name', FIELDS.replace('thing', 'Th'), /field Package is "Th"/],
  ['a bad version', FIELDS.replace('Version: 1', 'Version: v1_0'), /field Version is "v1_0"/],
  ['a bad relation', `${FIELDS}Depends: libc6 (>> 2), lib c6\n`, /Depends has "lib c6"/],
  ['an empty relation', `${FIELDS}Depends: libc6,, x\n`, /Depends has ""/],
  ['a bad size', `${FIELDS}Installed-Size: -1\n`, /Installed-Size is "-1"/],
] as const) {
  test(`a control file with ${sentence} is refused`, (t) => {
    t.notThrows(() => parseControl(FIELDS, 'control'));
    t.throws(() => parseControl(text, 'control'), { name: 'PackwrightError', message });
  });
}
