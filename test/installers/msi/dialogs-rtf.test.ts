import test from 'ava';
import { richText } from '../../../installers/msi/dialogs/rtf.ts';

const bodyOf = (plain: string) => richText(plain).split('\r\n').slice(1, -1);

test('lines broken to a width become one paragraph, titles and lists stay as they are', (t) => {
  const long = 'Permission is hereby granted, free of charge, to any person';
  t.deepEqual(bodyOf(`MIT License\n\n${long}\nobtaining a copy\n- one\n- two\n`), [
    'MIT License\\par',
    '\\par',
    `${long} obtaining a copy\\par`,
    '- one\\par',
    '- two\\par',
  ]);
});

test('an indented or numbered line begins a paragraph', (t) => {
  const long = 'a'.repeat(60);
  t.is(bodyOf(`${long}\n  indented\n${long}\n1. one\n${long}\n(b) two`).length, 6);
});

test('nothing of the text is taken for a code, a property or a group', (t) => {
  t.deepEqual(bodyOf('\\par {x} [ProductName]'), ["\\'5cpar \\'7bx\\'7d \\'5bProductName\\'5d\\par"]);
});

test('letters beyond ASCII are written by number, pairs as two', (t) => {
  t.deepEqual(bodyOf('© 文 😀'), ['\\u169? \\u25991? \\u-10179?\\u-8704?\\par']);
});

test('a mark at the start, carriage returns and control characters leave no trace', (t) => {
  t.deepEqual(bodyOf('\ufeffone\r\ntwo\rthree\u0007\tfour\r\n\r\n'), ['one\\par', 'two\\par', 'three\\tab four\\par']);
});

test('braces balance', (t) => {
  const rtf = richText('{{{ }');
  t.is(rtf.replace(/[^{]/g, '').length, rtf.replace(/[^}]/g, '').length);
});
