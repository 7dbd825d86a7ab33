import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchResponse,
  parseBatch,
  writeBatch,
} from '../../../src/backends/reseller/batch.ts';

const BOUNDARY = 'batch_b0und+ary';

interface Layout {
  readonly eol?: string;
  readonly boundary?: string;
  readonly contentId?: (index: number) => string | null;
}

/** Formats a batch response as a backend does. */
function batchText(
  answers: readonly Omit<BatchResponse, 'headers'>[],
  layout: Layout = {},
): string {
  const { eol = '\r\n', boundary = BOUNDARY, contentId = () => null } = layout;
  const parts = answers.map(({ status, text }, index) => {
    const id = contentId(index);
    const head = [`--${boundary}`, 'Content-Type: application/http'];
    if (id !== null) head.push(`Content-ID: ${id}`);
    head.push('', `HTTP/1.1 ${status} Some Words`, 'Content-Type: application/json', '', text);
    return head.join(eol) + eol;
  });
  return `${parts.join('')}--${boundary}--${eol}`;
}

const status = fc.integer({ min: 200, max: 599 });
/** Bodies without a delimiter line; a trailing CR would merge with the LF after it. */
const body = fc
  .oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.lorem().map((text) => `\r\n${text}\r\n\r\n`),
  )
  .filter((text) => !text.includes(`--${BOUNDARY}`) && !text.endsWith('\r'));
const answers = fc.array(fc.record({ status, text: body }), { maxLength: 12 });

describe('parseBatch', () => {
  test('returns every response in order for any body and line ending', () => {
    const eols = fc.constantFrom('\r\n', '\n');
    fc.assert(
      fc.property(answers, eols, fc.boolean(), (expected, eol, quoted) => {
        const type = quoted
          ? `multipart/mixed; charset=utf-8; boundary="${BOUNDARY}"`
          : `Multipart/Mixed;boundary=${BOUNDARY}`;
        const parsed = parseBatch(type, batchText(expected, { eol }), expected.length);
        expect(parsed).toEqual(
          expected.map((answer) => ({
            ...answer,
            headers: { 'content-type': 'application/json' },
          })),
        );
      }),
    );
  });

  test('matches parts by Content-ID when every part has one', () => {
    fc.assert(
      fc.property(
        answers.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()]))),
        ([expected, order]) => {
          const sent = order.flatMap((index) => expected[index] ?? []);
          const contentId = (index: number) => `<response-item-${order[index]}>`;
          const text = batchText(sent, { contentId });
          const parsed = parseBatch(`multipart/mixed; boundary=${BOUNDARY}`, text, expected.length);
          expect(parsed).toMatchObject(
            expected.map((answer, index) => (order.includes(index) ? answer : null)),
          );
        },
      ),
    );
  });

  test.each<[string, (index: number) => string | null]>([
    ['missing from some', (index) => (index === 0 ? null : `<response-item-${2 - index}>`)],
    ['all the same', () => '<response-item-1>'],
    ['out of range', (index) => `<response-item-${index + 7}>`],
    ['unknown', () => '<response-abc>'],
    ['empty', () => ''],
  ])('matches parts by position when Content-IDs are %s', (_, contentId) => {
    const list = [200, 404, 500].map((code) => ({ status: code, text: `"${code}"` }));
    const text = batchText(list, { contentId });
    expect(parseBatch(`multipart/mixed; boundary=${BOUNDARY}`, text, 3)).toMatchObject(list);
  });

  test.each<[string, string, (number | null)[]]>([
    ['an empty body', '', [null, null]],
    ['no parts', `--${BOUNDARY}--`, [null, null]],
    ['too few parts', batchText([{ status: 200, text: '{}' }]), [200, null]],
    [
      'too many parts',
      batchText([200, 201, 202].map((code) => ({ status: code, text: '' }))),
      [200, 201],
    ],
    [
      'a truncated part',
      batchText([200, 201].map((code) => ({ status: code, text: '{"a":1}' }))).slice(0, -40),
      [200, null],
    ],
    [
      'a part that is not HTTP',
      `--${BOUNDARY}\r\n\r\nhello\r\n--${BOUNDARY}\r\n\r\nHTTP/1.1 204\r\n--${BOUNDARY}--`,
      [null, 204],
    ],
    [
      'preamble, padding and epilogue',
      `hello\r\n--${BOUNDARY}  \r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n--${BOUNDARY}--\r\n--${BOUNDARY}\r\n\r\nHTTP/1.1 500 X\r\n\r\n\r\n--${BOUNDARY}--`,
      [200, null],
    ],
  ])('reads %s', (_, text, statuses) => {
    const parsed = parseBatch(`multipart/mixed; boundary=${BOUNDARY}`, text, 2);
    expect(parsed?.map((answer) => answer?.status ?? null)).toEqual(statuses);
  });

  test('keeps a body line that starts with the boundary but is not a delimiter', () => {
    const list = [{ status: 200, text: `a\r\n--${BOUNDARY}x\r\n--${BOUNDARY}-- b` }];
    const parsed = parseBatch(`multipart/mixed; boundary=${BOUNDARY}`, batchText(list), 1);
    expect(parsed).toMatchObject(list);
  });

  test('accepts a boundary with quoted characters', () => {
    const text = batchText([{ status: 200, text: '1' }], { boundary: 'a "b" (c)' });
    const parsed = parseBatch('multipart/mixed; boundary="a \\"b\\" (c)"', text, 1);
    expect(parsed).toMatchObject([{ status: 200, text: '1' }]);
  });

  test.each([
    '',
    'application/json',
    'multipart/mixed',
    'text/html; boundary=x',
  ])('returns null for the content type %j', (type) => {
    expect(parseBatch(type, '--x--', 1)).toBeNull();
  });
});

describe('writeBatch', () => {
  test('writes the documented bytes', () => {
    const text = writeBatch(
      [
        { method: 'GET', path: '/apps/reseller/v1/customers/C1' },
        { method: 'POST', path: '/x?a=b', body: '{"a":"ы"}' },
      ],
      'bb',
    );
    expect(text.split('\r\n')).toEqual([
      '--bb',
      'Content-Type: application/http',
      'Content-ID: <item-0>',
      '',
      'GET /apps/reseller/v1/customers/C1 HTTP/1.1',
      '',
      '',
      '--bb',
      'Content-Type: application/http',
      'Content-ID: <item-1>',
      '',
      'POST /x?a=b HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 10',
      '',
      '{"a":"ы"}',
      '--bb--',
      '',
    ]);
  });

  test('keeps every body unchanged', () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc.webPath().map((path) => `/${path}`),
      body: fc.option(fc.json(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1 }), (requests) => {
        const parts = writeBatch(requests, BOUNDARY).split(`--${BOUNDARY}\r\n`).slice(1);
        const read = parts.map((part) => {
          const [, head = '', ...rest] = part.split('\r\n\r\n');
          const [method, path] = head.split(' ');
          const end = rest.join('\r\n\r\n').replace(`--${BOUNDARY}--\r\n`, '').replace(/\r\n$/, '');
          return { method, path, body: end || undefined };
        });
        expect(read).toEqual(requests);
      }),
    );
  });
});
