import { describe, expect, test } from 'vitest';
import { notificationOf } from '../../../src/backends/pubsub/notification.ts';
import type { PubsubMessage } from '../../../src/domain/notification.ts';

const publishTime = new Date('2026-02-03T04:05:06.789Z');

function message(data: unknown, fields: Partial<PubsubMessage> = {}): PubsubMessage {
  const bytes = Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  return { messageId: 'm1', publishTime, data: bytes, ...fields };
}

const suspended = {
  customer_id: 'C0aaaa111',
  customer_domain_name: 'a.example',
  event_type: 'SUBSCRIPTION_SUSPENDED',
  sku_id: '1010020028',
  subscription_id: '1000003',
  subscription_suspension_reasons: ['RESELLER_INITIATED'],
};

describe('a valid message', () => {
  test('maps every documented field', () => {
    expect(notificationOf(message(suspended))).toEqual({
      messageId: 'm1',
      publishTime,
      raw: suspended,
      type: 'SUBSCRIPTION_SUSPENDED',
      customerId: 'C0aaaa111',
      customerDomain: 'a.example',
      subscriptionId: '1000003',
      skuId: '1010020028',
      suspensionReasons: ['RESELLER_INITIATED'],
      cancellationReason: null,
    });
  });

  test('may have no reasons, an unknown type and unknown fields', () => {
    const data = { ...suspended, event_type: 'SOMETHING_NEW', more: { new: true } };
    const { subscription_suspension_reasons: _, ...sparse } = data;
    expect(notificationOf(message(sparse))).toMatchObject({
      type: 'SOMETHING_NEW',
      suspensionReasons: [],
      raw: sparse,
    });
    const odd = { ...suspended, subscription_suspension_reasons: ['OTHER', 7, null] };
    expect(notificationOf(message(odd)).suspensionReasons).toEqual(['OTHER']);
    const cancelled = { ...suspended, subscription_cancellation_reason: 'TRANSFERRED_OUT' };
    expect(notificationOf(message(cancelled)).cancellationReason).toBe('TRANSFERRED_OUT');
  });

  test('keeps the valid fields when others have the wrong type', () => {
    const odd = { ...suspended, sku_id: 1010020028, subscription_id: {}, event_type: 7 };
    expect(notificationOf(message(odd))).toMatchObject({
      customerId: 'C0aaaa111',
      skuId: '1010020028',
      subscriptionId: null,
      type: null,
      raw: odd,
    });
  });

  test('uses the id and time in its data when the delivery has none', () => {
    const data = {
      ...suspended,
      message_id: '2070443601311540',
      publish_time: { seconds: 1_770_091_506, nanos: 789_000_000 },
    };
    const bare = { messageId: null, publishTime: null };
    expect(notificationOf(message(data, bare))).toMatchObject({
      messageId: '2070443601311540',
      publishTime: new Date(1_770_091_506_789),
    });
    expect(notificationOf(message(data))).toMatchObject({ messageId: 'm1', publishTime });
  });
});

describe('the publish time', () => {
  test.each([
    ['in a year with five digits', { seconds: 253_402_300_800 }],
    ['before the year 0', { seconds: -62_200_000_000 }],
    ['out of range', { seconds: 1e300 }],
  ])('is null when it is %s', (_, publish_time) => {
    const bare = message({ publish_time }, { publishTime: null });
    expect(notificationOf(bare).publishTime).toBeNull();
  });

  test('of a delivery has the same limits', () => {
    const late = new Date('9999-12-31T23:59:59-23:59');
    expect(notificationOf(message(suspended, { publishTime: late })).publishTime).toBeNull();
  });
});

describe('the message id', () => {
  test('is generated for each delivery without one', () => {
    const bare = message(suspended, { messageId: null });
    const ids = [bare, bare].map((one) => notificationOf(one).messageId);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('keeps all digits of a number in the data', () => {
    const of = (digits: string) =>
      notificationOf(message(`{"message_id": ${digits}}`, { messageId: null })).messageId;
    expect([of('9007199254740993'), of('9007199254740992')]).toEqual([
      '9007199254740993',
      '9007199254740992',
    ]);
  });

  test.each([
    ['x'.repeat(3000)],
    ['with\0nul'],
    ['lone \ud800'],
  ])('is a hash when the database cannot store it', (messageId) => {
    const { messageId: kept } = notificationOf(message(suspended, { messageId }));
    expect(kept).toMatch(/^[0-9a-f]{64}$/);
    expect(notificationOf(message({}, { messageId })).messageId).toBe(kept);
  });
});

describe('invalid data', () => {
  test.each<[string, string | Buffer, unknown]>([
    ['text', 'hello é', 'hello é'],
    ['nothing', '', ''],
    ['truncated JSON', '{"customer_id":', '{"customer_id":'],
    ['an array', '[1,2]', [1, 2]],
    ['null', 'null', null],
    [
      'bytes that are not UTF-8',
      Buffer.from([0xff, 0xfe]),
      'data:application/octet-stream;base64,//4=',
    ],
  ])('is kept as raw: %s', (_, data, raw) => {
    expect(notificationOf({ ...message(''), data: Buffer.from(data) })).toEqual({
      messageId: 'm1',
      publishTime,
      raw,
      type: null,
      customerId: null,
      customerDomain: null,
      subscriptionId: null,
      skuId: null,
      suspensionReasons: [],
      cancellationReason: null,
    });
  });

  test('ids that the database cannot store are null', () => {
    for (const customer_id of ['', 'x'.repeat(3000), 'with\0nul', '\ud800']) {
      expect(notificationOf(message({ ...suspended, customer_id })).customerId).toBeNull();
    }
  });
});
