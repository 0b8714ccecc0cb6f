import test from 'ava';
import { libraryDepends } from '../../../installers/deb/libraries.ts';

test('a Node runtime needs four packages, each with the highest version asked for', (t) => {
  const libraries = [
    { soname: 'libdl.so.2', versions: ['GLIBC_2.2.5'] },
    { soname: 'libatomic.so.1', versions: ['LIBATOMIC_1.0'] },
    {
      soname: 'libstdc++.so.6',
      versions: ['CXXABI_1.3', 'CXXABI_1.3.9', 'GLIBCXX_3.4', 'GLIBCXX_3.4.21', 'GLIBCXX_3.4.9'],
    },
    { soname: 'libgcc_s.so.1', versions: ['GCC_3.0', 'GCC_4.2.0'] },
    { soname: 'libc.so.6', versions: ['GLIBC_2.9', 'GLIBC_2.28', 'GLIBC_2.14'] },
    { soname: 'ld-linux-x86-64.so.2', versions: [] },
  ];
  t.deepEqual(libraryDepends(libraries, 'x'), [
    'libatomic1',
    'libc6 (>= 2.28)',
    'libgcc-s1 | libgcc1',
    'libstdc++6 (>= 5.2)',
  ]);
});

test('symbol versions that are not numbers are known by name', (t) => {
  const libraries = [
    { soname: 'libc.so.6', versions: ['GLIBC_2.17', 'GLIBC_ABI_DT_RELR'] },
    { soname: 'libstdc++.so.6', versions: ['CXXABI_TM_1'] },
    { soname: 'libgcc_s.so.1', versions: ['GCC_7.0.0'] },
  ];
  t.deepEqual(libraryDepends(libraries, 'x'), ['libc6 (>= 2.36)', 'libgcc-s1 (>= 7)', 'libstdc++6 (>= 4.7)']);
});

test('a library without symbol versions needs its package in any version', (t) => {
  t.deepEqual(libraryDepends([{ soname: 'libm.so.6', versions: [] }], 'x'), ['libc6']);
});

test('an unknown library or symbol version is named', (t) => {
  const ask = (soname: string, ...versions: string[]) =>
    t.throws(() => libraryDepends([{ soname, versions }], 'x.deb')).message;
  t.regex(ask('libfoo.so.3'), /^x\.deb: no Debian package is known for the shared library libfoo\.so\.3; /);
  t.regex(ask('constructor'), /shared library constructor/);
  t.regex(ask('libstdc++.so.6', 'GLIBCXX_3.4.99'), /GLIBCXX_3\.4\.99 of libstdc\+\+\.so\.6/);
  t.regex(ask('libc.so.6', 'GLIBC_PRIVATE'), /GLIBC_PRIVATE of libc\.so\.6/);
  t.regex(ask('libc.so.6', 'FOO_1'), /FOO_1 of libc\.so\.6/);
});
