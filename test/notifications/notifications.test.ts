import { describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { settle } from '../operations/operations.support.ts';
import { message, notified, take } from './notifications.support.ts';

const names = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`);

describe('receiving', () => {
  test('keeps every message once, however often it comes', async () => {
    const { notifications, store } = await notified();
    const messages = names(500).map((id) => message(id));
    await Promise.all(
      [...messages, ...messages, ...messages].map((one) => notifications.receive(one)),
    );
    await notifications.receive(message('m7'));
    expect(await store.notifications.after({}, 0)).toHaveLength(500);
  });

  test('takes a burst in with few transactions', async () => {
    const batches: number[] = [];
    const { notifications } = await notified(({ append }) => ({
      append: (some) => {
        batches.push(some.length);
        return append(some);
      },
    }));
    await Promise.all(names(500).map((id) => notifications.receive(message(id))));
    expect(batches).toEqual([1, 200, 200, 99]);
  });

  test('takes large messages in with several transactions', async () => {
    const batches: number[] = [];
    const { notifications } = await notified(({ append }) => ({
      append: (some) => {
        batches.push(some.length);
        return append(some);
      },
    }));
    const padding = 'x'.repeat(1_500_000);
    await Promise.all(names(6).map((id) => notifications.receive(message(id, { padding }))));
    expect(batches).toEqual([1, 2, 2, 1]);
  });

  test('is over only when the message is on disk', async () => {
    const writing = Promise.withResolvers<void>();
    const { notifications } = await notified(() => ({ append: () => writing.promise }));
    let isOver = false;
    const received = notifications.receive(message('a')).then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    writing.resolve();
    await received;
  });

  test('is refused while the store is away, and works when it is back', async () => {
    let isAway = true;
    const { notifications, store } = await notified(({ append }) => ({
      append: async (some) => {
        if (isAway) throw new GatewayError('UNAVAILABLE', 'down', { retryable: true });
        return append(some);
      },
    }));
    const refused = await Promise.allSettled(
      names(3).map((id) => notifications.receive(message(id))),
    );
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isAway = false;
    await notifications.receive(message('m0'));
    expect(await store.notifications.after({}, 0)).toHaveLength(1);
  });

  test('of one that the database cannot hold does not keep the others out', async () => {
    const { notifications, store } = await notified(({ append }) => ({
      append: async (some) => {
        if (some.every(({ messageId }) => messageId !== 'm2')) return append(some);
        throw new GatewayError('INTERNAL_SERVER_ERROR', 'no');
      },
    }));
    const received = await Promise.allSettled(
      names(5).map((id) => notifications.receive(message(id))),
    );
    expect(received.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(await store.notifications.after({}, 0)).toHaveLength(4);
  });

  test('drops what is being read of the customer before anybody is woken', async () => {
    const { notifications, watch, forgotten } = await notified();
    const entries = await watch();
    const next = entries.next().then(() => forgotten());
    await notifications.receive(message('a'));
    expect(await next).toBe(1);
    await notifications.receive(message('a'));
    expect(forgotten()).toBe(1);
  });
});

describe('watching', () => {
  test('gives each from now on, once, in the order of their coming', async () => {
    const { notifications, watch } = await notified();
    await notifications.receive(message('old'));
    const entries = await watch();
    const seen = take(entries, 4);
    for (const id of ['a', 'b', 'a', 'c', 'b', 'd']) await notifications.receive(message(id));
    expect(await seen).toEqual(['a', 'b', 'c', 'd']);
  });

  test('gives large ones in several reads, without waiting for a new one', async () => {
    const { notifications, store, watch } = await notified();
    const ids = ['1', '2', '3', '4', '5'];
    for (const id of ids) await notifications.receive(message(id, { pad: 'x'.repeat(600_000) }));
    const after = vi.spyOn(store.notifications, 'after');
    expect(await take(await watch({}, 0), 5)).toEqual(ids);
    expect(after.mock.calls.length).toBeGreaterThan(2);
  });

  test('goes on behind what was seen', async () => {
    const { notifications, watch, store } = await notified();
    for (const id of ['a', 'b', 'c']) await notifications.receive(message(id));
    const [first] = await store.notifications.after({}, 0);
    const entries = await watch({}, first?.sequence);
    expect(await take(entries, 2)).toEqual(['b', 'c']);
  });

  test('from a place that this store never gave begins now', async () => {
    const { notifications, watch } = await notified();
    await notifications.receive(message('a'));
    const entries = await watch({}, 1_000_000);
    await notifications.receive(message('b'));
    expect(await take(entries, 1)).toEqual(['b']);
  });

  test('gives a customer its own, of the types that are asked for', async () => {
    const { notifications, watch } = await notified();
    const own = take(await watch({ customerId: 'G2' }), 2);
    const cancelled = take(await watch({ types: ['SUBSCRIPTION_CANCELLED'] }), 2);
    const both = take(await watch({ customerId: 'G2', types: ['SUBSCRIPTION_CANCELLED'] }), 1);
    const strange = take(await watch({ types: ['UNRECOGNIZED'] }), 1);
    const event_type = 'SUBSCRIPTION_CANCELLED';
    await notifications.receive(message('a'));
    await notifications.receive(message('b', { customer_id: 'G2' }));
    await notifications.receive(message('c', { event_type }));
    await notifications.receive(message('d', { customer_id: null, event_type: 'NEW' }));
    await notifications.receive(message('e', { customer_id: 'G2', event_type }));
    expect(await Promise.all([own, cancelled, both, strange])).toEqual([
      ['b', 'e'],
      ['c', 'e'],
      ['e'],
      ['d'],
    ]);
  });

  test('by many reads each change once', async () => {
    let reads = 0;
    const { notifications, watch } = await notified(({ after }) => ({
      after: (...args) => {
        reads++;
        return after(...args);
      },
    }));
    const seen = await Promise.all(Array.from({ length: 100 }, () => watch()));
    const taken = seen.map((entries) => take(entries, 1));
    await settle();
    reads = 0;
    await notifications.receive(message('a'));
    expect(new Set((await Promise.all(taken)).flat())).toEqual(new Set(['a']));
    expect(reads).toBe(1);
  });

  test('ends with its request', async () => {
    const { watch, end } = await notified();
    const entries = await watch();
    const next = entries.next();
    end();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
