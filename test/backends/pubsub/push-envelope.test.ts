import { describe, expect, test } from 'vitest';
import { event, startPush } from '../../server/push-server.support.ts';
import { json, type Sending } from '../../server/send.support.ts';

const data = Buffer.from(event).toString('base64');

/** The message received from an acknowledged push. */
async function receivedOf(sending: Sending) {
  const { push, received } = await startPush();
  const { status, text } = await push(sending);
  expect([status, text]).toEqual([204, '']);
  expect(received).toHaveLength(1);
  return { ...received[0], data: Buffer.from(received[0]?.data ?? []).toString() };
}

const wrapped = (message: unknown) => receivedOf({ body: json({ message }) });

describe('a wrapped message', () => {
  test('has the published id, time and data', async () => {
    const message = {
      attributes: {},
      data,
      messageId: '2070443601311540',
      message_id: '2070443601311540',
      publishTime: '2021-02-26T19:13:55.749Z',
      publish_time: '2021-02-26T19:13:55.749Z',
    };
    const body = json({ message, subscription: 'projects/P/subscriptions/S', deliveryAttempt: 1 });
    expect(await receivedOf({ body })).toEqual({
      messageId: '2070443601311540',
      publishTime: new Date('2021-02-26T19:13:55.749Z'),
      data: event,
    });
  });

  test.each([
    ['messageId', 'publishTime'],
    ['message_id', 'publish_time'],
    ['messageId', 'publish_time'],
    ['message_id', 'publishTime'],
  ])('may have only %s and %s', async (id, time) => {
    expect(await wrapped({ data, [id]: '7', [time]: '2026-01-02T03:04:05Z' })).toEqual({
      messageId: '7',
      publishTime: new Date('2026-01-02T03:04:05Z'),
      data: event,
    });
  });

  test.each(['messageId', 'message_id'])('keeps all digits of a numeric %s', async (name) => {
    const body = `{"message":{"data":"${data}","${name}":9223372036854775783}}`;
    expect(await receivedOf({ body })).toMatchObject({ messageId: '9223372036854775783' });
  });

  test.each([
    ['missing', {}],
    ['null', { messageId: null }],
    ['empty', { messageId: '' }],
    ['an object', { messageId: { id: 1 } }],
    ['a boolean', { message_id: true }],
    ['of control characters', { messageId: '1\u0000' }],
    ['a thousand characters long', { messageId: '1'.repeat(1000) }],
  ])('has a null id when the id is %s', async (_, message) => {
    expect(await wrapped({ data, ...message })).toMatchObject({ messageId: null, data: event });
  });

  test.each([
    undefined,
    null,
    '',
    'yesterday',
    '1',
    '2026-13-01T00:00:00Z',
    '2026-01-02',
    1_614_366_835,
    { seconds: 1_614_366_835 },
  ])('has a null time when the time is %j', async (publishTime) => {
    const message = await wrapped({ data, messageId: '7', publishTime });
    expect(message).toEqual({ messageId: '7', publishTime: null, data: event });
  });

  test.each([
    ['2021-02-26T19:13:55Z', '2021-02-26T19:13:55.000Z'],
    ['2021-02-26T19:13:55.749123456Z', '2021-02-26T19:13:55.749Z'],
    ['2021-02-26T20:13:55.5+01:00', '2021-02-26T19:13:55.500Z'],
  ])('parses the time %s', async (publishTime, expected) => {
    expect(await wrapped({ data, publishTime })).toMatchObject({ publishTime: new Date(expected) });
  });

  test.each([
    ['missing', {}, ''],
    ['empty', { data: '' }, ''],
    ['unpadded', { data: 'eyJhIjoxfQ' }, '{"a":1}'],
    ['padded', { data: 'eyJhIjoxfQ==' }, '{"a":1}'],
    ['in standard base64', { data: 'Pz8/Pj4+' }, '???>>>'],
    ['in URL-safe base64', { data: 'Pz8_Pj4-' }, '???>>>'],
    ['not JSON', { data: 'bm90IEpTT04=' }, 'not JSON'],
  ])('has data that is %s', async (_, message, expected) => {
    expect(await wrapped({ messageId: '7', ...message })).toMatchObject({
      messageId: '7',
      data: expected,
    });
  });

  test.each([
    ['null', null],
    ['a number', 12_345_678],
    ['an object', { event_type: 'X' }],
    ['JSON', event],
    ['one letter', 'A'],
    ['of an invalid length', 'eyJhIjoxfQ0aa'],
    ['padded in the middle', 'e30=e30='],
    ['padded too much', 'e30==='],
    ['broken into lines', 'eyJh\nIjoxfQ=='],
  ])('has the envelope as data when its data is %s', async (_, value) => {
    const body = ` ${json({ message: { data: value, messageId: '7' } })}\n`;
    expect(await receivedOf({ body })).toEqual({ messageId: '7', publishTime: null, data: body });
  });
});

describe('an unwrapped message', () => {
  const headers = {
    'x-goog-pubsub-subscription-name': 'projects/P/subscriptions/S',
    'x-goog-pubsub-message-id': '2070443601311540',
    'x-goog-pubsub-publish-time': '2021-02-26T19:13:55.749Z',
  };

  test('is the body with the id and time of the headers', async () => {
    expect(await receivedOf({ body: event, headers })).toEqual({
      messageId: '2070443601311540',
      publishTime: new Date('2021-02-26T19:13:55.749Z'),
      data: event,
    });
  });

  test('has no id and time when the subscription writes no metadata', async () => {
    const message = { messageId: null, publishTime: null, data: event };
    expect(await receivedOf({ body: event })).toEqual(message);
  });

  test('has a null time when the header is invalid', async () => {
    const broken = { ...headers, 'x-goog-pubsub-publish-time': 'yesterday' };
    expect(await receivedOf({ body: event, headers: broken })).toMatchObject({
      messageId: '2070443601311540',
      publishTime: null,
    });
  });

  test.each([
    'not JSON at all',
    '{"message":',
    '[]',
    '[{"message":{"messageId":"1"}}]',
    'null',
    '42',
    '"text"',
    '{}',
    '{"message":"text"}',
    '{"message":[]}',
    '{"message":null}',
    ' ',
    '['.repeat(100_000),
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ])('accepts any body: %.40s', async (body) => {
    const headers = { 'content-type': 'text/plain' };
    const message = { messageId: null, publishTime: null, data: body };
    expect(await receivedOf({ body, headers })).toEqual(message);
  });

  test('keeps bytes that are not UTF-8', async () => {
    const { push, received } = await startPush();
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0xfe, 0x7d]);
    expect((await push({ body: [bytes] })).status).toBe(204);
    expect(received).toEqual([{ messageId: null, publishTime: null, data: bytes }]);
  });
});
