import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import {
  decodeGlobalId,
  decodeGlobalIdOf,
  encodeGlobalId,
  nodeTypes,
} from '../../src/schema/relay/global-id.ts';

/** Ids of the backends are at most 50 characters long, of any script. */
const part = fc.string({ unit: 'binary', maxLength: 50 });
const parts = fc.array(part, { minLength: 1, maxLength: 2 });
const type = fc.constantFrom(...nodeTypes);

function base64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function refusal(decode: () => unknown): GatewayError {
  try {
    decode();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('a global id', () => {
  test('gives back what it was made of, whatever that is', () => {
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

  test('of the longest ids is taken back', () => {
    const longest = '🎉'.repeat(50);
    const id = encodeGlobalId('ResellerSubscription', longest, longest);
    expect(decodeGlobalId(id).parts).toEqual([longest, longest]);
  });

  test('of another object is another id', () => {
    fc.assert(
      fc.property(type, parts, type, parts, (name, given, otherName, other) => {
        const isSame = JSON.stringify([name, given]) === JSON.stringify([otherName, other]);
        const ids = [encodeGlobalId(name, ...given), encodeGlobalId(otherName, ...other)];
        expect(ids[0] === ids[1]).toBe(isSame);
      }),
    );
    expect(encodeGlobalId('Customer', 'a:b')).not.toBe(encodeGlobalId('Customer', 'a', 'b'));
  });

  test('can stand in a URL and in JSON as it is', () => {
    fc.assert(
      fc.property(type, parts, (name, given) => {
        expect(encodeGlobalId(name, ...given)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  test('is made even of text that UTF-8 does not know', () => {
    const id = encodeGlobalId('Customer', 'a\ud800b');
    expect(decodeGlobalId(id).parts).toEqual(['a\ufffdb']);
  });

  test('of an object without an id has one empty part', () => {
    expect(decodeGlobalId(encodeGlobalId('Operation', ''))).toEqual({
      type: 'Operation',
      parts: [''],
    });
    expect(decodeGlobalId(encodeGlobalId('Operation'))).toEqual({ type: 'Operation', parts: [] });
  });
});

describe('what is no global id is BAD_USER_INPUT', () => {
  const id = encodeGlobalId('Customer', 'b', 'R1', 'C1');

  test.each<[string, string]>([
    ['nothing', ''],
    ['a blank', ' '],
    ['a plain id', 'C1'],
    ['an unknown type', base64('Invoice:1')],
    ['a type of the language', base64('toString:1')],
    ['a type in other letters', base64('customer:1')],
    ['no type', base64(':1')],
    ['a part that is not encoded', base64('Customer:a b')],
    ['a part that is encoded twice', base64('Customer:%61')],
    ['a part that cannot be decoded', base64('Customer:%zz')],
    ['half a character', base64('Customer:%e4')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['padding', `${base64('Operation:1')}=`],
    ['the other base64', Buffer.from('Customer:~~~???').toString('base64')],
    ['a blank at its end', `${id} `],
    ['a line break in it', `${id.slice(0, 4)}\n${id.slice(4)}`],
    ['a letter cut off', id.slice(0, -1)],
    ['something behind it', `${id}!`],
    ['a zero byte', '\0'],
    ['an emoji', '🎉'],
  ])('%s', (_, forged) => {
    expect(refusal(() => decodeGlobalId(forged))).toMatchObject({
      code: 'BAD_USER_INPUT',
      retryable: false,
    });
  });

  test('the words of the refusal show no more than the start of it', () => {
    const { message } = refusal(() => decodeGlobalId('x'.repeat(500)));
    expect(message).toBe(`"${'x'.repeat(80)}" is not an id of this API.`);
  });

  test('50 kB of it, without looking at it', () => {
    const long = encodeGlobalId('Customer', 'x'.repeat(50_000));
    expect(refusal(() => decodeGlobalId(long))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/at most \d+ characters/),
    });
  });

  test('an id of another type', () => {
    expect(refusal(() => decodeGlobalIdOf('Operation', id))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'This id is of type Customer; one of type Operation is needed.',
    });
  });

  test('anything at all is an id that was given, or refused', () => {
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
