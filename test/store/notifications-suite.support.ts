import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { NotificationEntry } from '../../src/domain/notification.ts';
import { notification } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const names = (entries: readonly NotificationEntry[]) =>
  entries.map((entry) => entry.notification.messageId);

const some = [
  notification({ messageId: 'a', customerId: 'G1', type: 'SUBSCRIPTION_SUSPENDED' }),
  notification({ messageId: 'b', customerId: 'G2', type: 'SUBSCRIPTION_CANCELLED' }),
  notification({ messageId: 'c', customerId: 'G1', type: 'SUBSCRIPTION_CANCELLED' }),
  notification({ messageId: 'd', customerId: 'G1', type: 'SOMETHING_NEW' }),
  notification({ messageId: 'e', customerId: null, type: null, raw: 'what?' }),
];

export function notificationsSuite(database: TestDatabase): void {
  test('come back whole', async () => {
    const { notifications } = await database.open();
    const plain = notification();
    const odd = notification({
      messageId: 'm2',
      publishTime: null,
      type: null,
      raw: 'no JSON é\0',
    });
    await notifications.append([plain, odd]);
    const before = Date.now();
    for (const kept of [plain, odd]) {
      const entry = await notifications.get(kept.messageId);
      expect(entry?.notification).toEqual(kept);
      expect(Math.abs((entry?.receivedAt.getTime() ?? 0) - before)).toBeLessThan(10_000);
    }
    expect(await notifications.get('other')).toBeNull();
  });

  test('whose time cannot be read are read without it', async () => {
    const { notifications } = await database.open();
    await notifications.append([notification(), notification({ messageId: 'm2' })]);
    await database.query(
      "update notifications set notification = replace(notification, '2026', '+12026') where message_id = 'm1'",
    );
    const [first, second] = await notifications.after({}, 0);
    expect(first?.notification.publishTime).toBeNull();
    expect(second?.notification.publishTime).not.toBeNull();
  });

  test('are kept once, however often and by whomever they are received', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const [{ notifications }, other] = stores;
    const [a, b, c] = some.slice(0, 3) as [(typeof some)[0], (typeof some)[0], (typeof some)[0]];
    await notifications.append([a, b, a]);
    await other.notifications.append([b, c]);
    await Promise.all(stores.map((store) => store.notifications.append(some)));
    expect(names(await notifications.after({}, 0))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each([
    [{}, 'edcba'],
    [{ customerId: 'G1' }, 'dca'],
    [{ customerId: 'G9' }, ''],
    [{ types: ['SUBSCRIPTION_CANCELLED'] as const }, 'cb'],
    [{ types: ['SUBSCRIPTION_CANCELLED', 'SUBSCRIPTION_SUSPENDED'] as const }, 'cba'],
    [{ types: ['UNRECOGNIZED'] as const }, 'ed'],
    [{ customerId: 'G1', types: ['SUBSCRIPTION_CANCELLED'] as const }, 'c'],
    [{ types: [] }, ''],
  ])('are listed newest first, and followed oldest first: %j', async (filter, expected) => {
    const { notifications } = await database.open();
    await notifications.append(some);
    const [all = [], none] = await notifications.pages([
      { filter, before: null, limit: 10 },
      { filter, before: null, limit: 0 },
    ]);
    expect(names(all).join('')).toBe(expected);
    expect(none).toEqual([]);
    const listed: string[] = [];
    for (let before: number | null = null; ; ) {
      const [[entry] = []] = await notifications.pages([{ filter, before, limit: 1 }]);
      if (!entry) break;
      listed.push(entry.notification.messageId);
      before = entry.sequence;
    }
    expect(listed.join('')).toBe(expected);
    const followed = await notifications.after(filter, 0);
    expect(names(followed).reverse().join('')).toBe(expected);
    const [first] = followed;
    if (first) expect(await notifications.after(filter, first.sequence)).toEqual(followed.slice(1));
  });

  test('are filtered and counted by the time of their receipt', async () => {
    const { notifications } = await database.open();
    await notifications.append([notification({ messageId: 'x', customerId: 'G1' })]);
    const at = (await notifications.get('x'))?.receivedAt ?? new Date(0);
    const after = new Date(at.getTime() + 1);
    const types = ['SUBSCRIPTION_SUSPENDED', 'SUBSCRIPTION_CANCELLED', 'UNRECOGNIZED'] as const;
    for (const filter of [{}, { customerId: 'G1' }, { types }]) {
      const filters = [
        { ...filter, from: at, until: after },
        { ...filter, from: after },
        { ...filter, until: at },
      ];
      const pages = await notifications.pages(
        filters.map((given) => ({ filter: given, before: null, limit: 10 })),
      );
      expect(pages.map(names)).toEqual([['x'], [], []]);
      expect(await notifications.counts([...filters, { types: [] }])).toEqual([1, 0, 0, 0]);
    }
  });

  test('are read after a sequence up to a number of bytes, at least one', async () => {
    const { notifications } = await database.open();
    const raw = 'x'.repeat(5_000);
    await notifications.append(
      ['a', 'b', 'c', 'd'].map((messageId) => notification({ messageId, raw })),
    );
    const read = async (maxBytes: number, after = 0) =>
      notifications.after({}, after, 100, maxBytes);
    expect(names(await read(1))).toEqual(['a']);
    const two = await read(10_000);
    expect(names(two)).toEqual(['a', 'b']);
    expect(two[0]?.bytes).toBeGreaterThan(5_000);
    expect(names(await read(10_000, two[1]?.sequence))).toEqual(['c', 'd']);
    expect(names(await read(100_000))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are counted without those that a tenant does not see', async () => {
    const { notifications, links } = await database.open();
    await notifications.append(some);
    await links.link({ billing: { resellerId: 'R1', customerId: 'C1' }, resellerCustomerId: 'G1' });
    const tenant = { resellers: ['R1'], ownsUnlinked: false };
    const customerId = 'G1';
    expect(await notifications.counts([{}, { tenant }, { customerId }])).toEqual([5, 3, 3]);
  });

  test('of many customers are listed at once', async () => {
    const { notifications } = await database.open();
    const customers = Array.from({ length: 600 }, (_, n) => `G${n}`);
    await notifications.append(
      customers.flatMap((customerId) =>
        ['x', 'y', 'z'].map((name) => notification({ messageId: name + customerId, customerId })),
      ),
    );
    const pages = await notifications.pages(
      customers.map((customerId) => ({ filter: { customerId }, before: null, limit: 2 })),
    );
    expect(pages.map(names)).toEqual(customers.map((id) => [`z${id}`, `y${id}`]));
  });

  test('are announced to every store once they can be read, by their customers', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const received = stores.map((store) => {
      const told: (string | null)[] = [];
      store.onNotification(async (customer) => {
        expect(await store.notifications.lastSequence()).toBeGreaterThan(0);
        told.push(customer);
      });
      store.onOperation(() => told.push('an operation'));
      return told;
    });
    await stores[0].notifications.append(some);
    await stores[0].notifications.append(some);
    await expect.poll(() => received[0]?.toSorted()).toEqual(['', 'G1', 'G2']);
    if (database.url.startsWith('postgres')) {
      await expect.poll(() => received[1]?.toSorted()).toEqual(['', 'G1', 'G2']);
    }
  });

  test('are deleted in batches when they are old, except the newest', async () => {
    const { notifications } = await database.open();
    await notifications.append(some);
    expect(await notifications.prune(60_000, 10)).toBe(0);
    await database.query('update notifications set received_at = received_at - 3600000');
    expect(await notifications.prune(60_000, 3)).toBe(3);
    expect(await notifications.prune(60_000, 3)).toBe(1);
    expect(await notifications.prune(60_000, 3)).toBe(0);
    expect(names(await notifications.after({}, 0))).toEqual(['e']);
    const last = await notifications.lastSequence();
    await notifications.append([notification({ messageId: 'a' })]);
    expect(await notifications.lastSequence()).toBeGreaterThan(last);
  });

  test('become visible in the order of their sequences', async () => {
    const stores = await Promise.all([database.open(), database.open(), database.open()]);
    const seen: NotificationEntry[] = [];
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        seen.push(...(await stores[2].notifications.after({}, seen.at(-1)?.sequence ?? 0)));
        // SQLite answers at once: writers would never get a turn.
        await setImmediate();
      }
    })();
    const writing = [0, 1].map(async (store) => {
      for (let n = 0; n < 40; n++) {
        const messageId = `${store}-${n}`;
        await stores[store]?.notifications.append([notification({ messageId })]);
      }
    });
    await Promise.all(writing);
    isOver = true;
    await reading;
    seen.push(...(await stores[2].notifications.after({}, seen.at(-1)?.sequence ?? 0)));
    expect(new Set(names(seen)).size).toBe(80);
    expect(seen).toHaveLength(80);
  });
}
