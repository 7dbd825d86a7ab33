import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { toAscii } from '../../tools/ascii.ts';

test.each([
  ['a string', `'Müller, 日本, 😀'`],
  ['a template', '`…\u2028`'],
  ['a regular expression', `'über 😀'.replace(/[ü–]|😀/gu, '-')`],
  ['a name', `(() => { const größe = { ñ: 3 }; return größe.ñ; })()`],
  ['a comment', '/* don’t */ 4'],
])('code with other characters means the same in ASCII: %s', (_, code) => {
  const ascii = toAscii(code);
  expect(ascii).toMatch(/^[\0-\x7f]+$/);
  expect(runInNewContext(ascii)).toEqual(runInNewContext(code));
});

test.each([
  String.raw`'\é'`,
  String.raw`'\\é'`,
  String.raw`'\😀'`,
])('characters after a backslash stay: %s', (code) => {
  expect(runInNewContext(toAscii(code))).toBe(runInNewContext(code));
});
