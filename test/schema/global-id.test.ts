import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import {
  decodeGlobalId,
  decodeGlobalIdOf,
  encodeGlobalId,
  encodeGlobalIds,
  nodeTypes,
} from '../../src/schema/relay/global-id.ts';

/** Backend ids are at most 50 characters long, in any script. */
const part = fc.string({ unit: 'binary', maxLength: 50 });
const parts = fc.array(part, { minLength: 1, maxLength: 2 });
const type = fc.constantFrom(...nodeTypes);

function base64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decodingError(decode: () => unknown): GatewayError {
  try {
    decode();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the id was accepted');
}

describe('a global id', () => {
  test('decodes to the parts it was encoded from', () => {
    fc.assert(
      fc.property(type, parts, (name, given) => {
        expect(decodeGlobalId(encodeGlobalId(name, ...given))).toEqual({
          type: name,
          parts: given,
        });
        expect(decodeGlobalIdOf(name, encodeGlobalId(name, ...given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  test('decodes when its parts have the maximum length', () => {
    const longest = '🎉'.repeat(50);
    const id = encodeGlobalId('ResellerSubscription', longest, longest);
    expect(decodeGlobalId(id).parts).toEqual([longest, longest]);
  });

  test('differs for different types or parts', () => {
    fc.assert(
      fc.property(type, parts, type, parts, (name, given, otherName, other) => {
        const isSame = JSON.stringify([name, given]) === JSON.stringify([otherName, other]);
        const ids = [encodeGlobalId(name, ...given), encodeGlobalId(otherName, ...other)];
        expect(ids[0] === ids[1]).toBe(isSame);
      }),
    );
    expect(encodeGlobalId('Customer', 'a:b')).not.toBe(encodeGlobalId('Customer', 'a', 'b'));
  });

  test('contains only characters that are safe in URLs and JSON', () => {
    fc.assert(
      fc.property(type, parts, (name, given) => {
        expect(encodeGlobalId(name, ...given)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  test('replaces lone surrogates in its parts', () => {
    const id = encodeGlobalId('Customer', 'a\ud800b');
    expect(decodeGlobalId(id).parts).toEqual(['a\ufffdb']);
  });

  test('keeps an empty part distinct from no part', () => {
    expect(decodeGlobalId(encodeGlobalId('Operation', ''))).toEqual({
      type: 'Operation',
      parts: [''],
    });
    expect(decodeGlobalId(encodeGlobalId('Operation'))).toEqual({ type: 'Operation', parts: [] });
  });
});

describe('decoding fails with BAD_USER_INPUT for', () => {
  const id = encodeGlobalId('Customer', 'b', 'R1', 'C1');

  test.each<[string, string]>([
    ['an empty string', ''],
    ['a blank', ' '],
    ['an id that is not encoded', 'C1'],
    ['an unknown type', base64('Invoice:1')],
    ['the name of an Object.prototype property', base64('toString:1')],
    ['a type in lower case', base64('customer:1')],
    ['a missing type', base64(':1')],
    ['a part that is not encoded', base64('Customer:a b')],
    ['a part with needless percent-encoding', base64('Customer:%61')],
    ['a part that cannot be decoded', base64('Customer:%zz')],
    ['a part with truncated UTF-8', base64('Customer:%e4')],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['padding', `${base64('Operation:1')}=`],
    ['base64 instead of base64url', Buffer.from('Customer:~~~???').toString('base64')],
    ['a trailing space', `${id} `],
    ['a line break', `${id.slice(0, 4)}\n${id.slice(4)}`],
    ['a truncated id', id.slice(0, -1)],
    ['a trailing character', `${id}!`],
    ['a zero byte', '\0'],
    ['an emoji', '🎉'],
  ])('%s', (_, forged) => {
    expect(decodingError(() => decodeGlobalId(forged))).toMatchObject({
      code: 'BAD_USER_INPUT',
      retryable: false,
    });
  });

  test('the error message quotes at most 80 characters of the id', () => {
    const { message } = decodingError(() => decodeGlobalId('x'.repeat(500)));
    expect(message).toBe(
      `"${'x'.repeat(80)}" is not a global id. Use an id that this API returned.`,
    );
  });

  test('an id of 50 kB, without decoding it', () => {
    const long = encodeGlobalId('Customer', 'x'.repeat(50_000));
    expect(decodingError(() => decodeGlobalId(long))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/at most \d+ characters/),
    });
  });

  test('an id of another type', () => {
    expect(decodingError(() => decodeGlobalIdOf('Operation', id))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'Expected an id of type Operation, got an id of type Customer.',
    });
  });

  test('any string that is not an encoded id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(base64), fc.base64String()), (text) => {
        try {
          const { type: name, parts: given } = decodeGlobalId(text);
          expect(encodeGlobalId(name, ...given)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('the ids of a list are those of its items', () => {
  const plain = fc.stringMatching(/^[\w.-]*$/);
  const lasts = fc.oneof(fc.array(plain), fc.array(fc.oneof(plain, part)));
  fc.assert(
    fc.property(type, fc.array(part, { maxLength: 2 }), lasts, (name, first, last) => {
      expect(encodeGlobalIds(name, first, last)).toEqual(
        last.map((each) => encodeGlobalId(name, ...first, each)),
      );
    }),
    { numRuns: 500 },
  );
});
