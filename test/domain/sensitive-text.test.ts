import { describe, expect, test } from 'vitest';
import {
  isFieldName,
  safeDescription,
  vendorText,
  withoutSecrets,
} from '../../src/domain/sensitive-text.ts';

const jwt = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"iss":"x"}').toString('base64url')}.c2lnbmF0dXJl`;

describe('a log line', () => {
  test.each([
    ['a bearer token', 'authorization: Bearer planted.value-1', 'planted'],
    ['a signed assertion', `grant_type=jwt&assertion=${jwt}&x=1`, 'eyJ'],
    ['a signed assertion in percent encoding', `assertion%3D${jwt}`, 'eyJ'],
    ['a bare JSON Web Token', `rejected ${jwt}.`, 'eyJ'],
    ['an IAM token', 'token t1.9euelZqPlanted was rejected', 'Planted'],
    ['a Google token', 'ya29.a0Planted-x expired', 'Planted'],
    ['a key parameter', 'GET /x?key=AIzaPlanted&alt=json', 'Planted'],
    ['a token parameter', 'access_token=planted', 'planted'],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nplanted\n-----END RSA PRIVATE KEY-----',
      'pla',
    ],
    ['a private key that is cut off', '-----BEGIN PRIVATE KEY-----\nplanted', 'planted'],
    ['the password of a URL', 'postgres://user:planted@db.example:5432/x', 'planted'],
    ['an email address', 'customer Anna.Berg+x@mail.example not found', 'Anna'],
    ['an email address in Cyrillic', 'почта анна@пример.рф занята', 'анна'],
    ['an email address in percent encoding', '/customers/anna%40mail.example', 'anna'],
    ['a phone number', 'call +49 (30) 1234-5678 now', '1234'],
    ['a national phone number', 'call 8 (495) 123-45-67 now', '123-45'],
  ])('loses %s and stays valid JSON', (_, text, planted) => {
    const line = withoutSecrets(JSON.stringify({ msg: text, n: 1, after: 'x' }));
    expect(line).not.toContain(planted);
    expect(JSON.parse(line)).toMatchObject({ n: 1, after: 'x' });
  });

  test('keeps times, ids and numbers', () => {
    const line = JSON.stringify({
      time: '2026-11-26T02:03:14.123Z',
      requestId: '2f1c2a44-30a8-4a50-8a1e-0c9c31a6a0c1',
      ms: 1234567890123,
      msg: 'bearer token is missing',
      subject: 'a1b2c3d4e5f60718',
    });
    expect(withoutSecrets(line)).toBe(line);
  });

  test('does not break escapes before a secret', () => {
    const line = withoutSecrets(
      JSON.stringify({ msg: 'a\nanna@mail.example\u0001bob@mail.example' }),
    );
    expect(JSON.parse(line).msg).not.toMatch(/@|planted|eyJ/);
  });

  test.each([
    'a',
    '@',
    'key=',
    'eyJ',
    '+1',
    'a.',
    'x@',
    '-----BEGIN PRIVATE KEY-----',
  ])('of many repeats of %j takes linear time', (part) => {
    const startedAt = performance.now();
    withoutSecrets(part.repeat(100_000 / part.length));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

test.each([
  'password: planted',
  '"client_secret": "planted"',
  'the secret is planted',
  'session 0planted0planted0 is unknown',
])('the vendor text %j is logged without its secret', (text) => {
  expect(vendorText(text)).not.toContain('planted');
});

describe('a description of a vendor', () => {
  test.each([
    'too large',
    'must be between 1 and 50',
    'Invalid or closed country: KP',
    'значение вне диапазона',
  ])('%j is shown', (text) => {
    expect(safeDescription(text, 'is invalid')).toBe(text);
  });

  test.each([
    'rejected by billing-7.internal:8443',
    'see https://vendor.example/x?project=1',
    'at Handler.check (/srv/app/handler.js:10:3)',
    'java.lang.IllegalStateException: no',
    'project 123456789012 has no access',
    'in use by anna@mail.example',
    'host 10.0.0.1 failed',
    'token planted',
    'key 0planted0planted0',
    '<b>no</b>',
    'x'.repeat(301),
    '',
  ])('%j is not shown', (text) => {
    expect(safeDescription(text, 'is invalid')).toBe('is invalid');
  });
});

test.each([
  ['person.post_code', true],
  ['items[0].name', true],
  ['anna@mail.example', false],
  ['https://x', false],
  ['', false],
])('the field %j is a path: %s', (field, expected) => {
  expect(isFieldName(field)).toBe(expected);
});
