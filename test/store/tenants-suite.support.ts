import { expect, test } from 'vitest';
import type { Tenant } from '../../src/domain/tenant.ts';
import type { Store } from '../../src/store/store.ts';
import { operation, step } from '../operations/operations.support.ts';
import { ids, newWrite, notification, pageOf, recordWrite } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const one: Tenant = { resellers: ['R1'], ownsUnlinked: true };
const two: Tenant = { resellers: ['R2', 'R3'], ownsUnlinked: false };
const none: Tenant = { resellers: [], ownsUnlinked: false };

const link = { billing: { resellerId: 'R2', customerId: 'C2' }, resellerCustomerId: 'G2' };

function started(operationId: string, resellerId: string) {
  const metadata = { type: 'customer', resellerId, customerId: `C-${resellerId}` } as const;
  return operation({ operationId, metadata });
}

async function opened(database: TestDatabase): Promise<Store> {
  const store = await database.open();
  await store.links.link(link);
  return store;
}

export function tenantsSuite(database: TestDatabase): void {
  test('see the operations and changes of their resellers', async () => {
    const { journal } = await opened(database);
    await journal.append(started('a', 'R1'));
    await journal.append(started('b', 'R2'));
    await journal.append(started('c', 'R3'));
    await journal.append(operation({ operationId: 'unknown' }));
    const statuses = ['RUNNING'] as const;
    for (const [tenant, expected] of [
      [one, ['a']],
      [two, ['c', 'b']],
      [none, []],
    ] as const) {
      for (const filter of [{ tenant }, { tenant, statuses }]) {
        const page = await pageOf(journal, filter, null, 10);
        expect(ids(page.map(({ entry }) => entry))).toEqual(expected);
        expect(await journal.counts([filter])).toEqual([expected.length]);
      }
      expect(ids(await journal.changesAfter({ tenant }, 0))).toEqual(expected.toReversed());
    }
    const customer = { resellerId: 'R2', customerId: 'C-R2' };
    expect(await pageOf(journal, { tenant: one, customer }, null, 10)).toEqual([]);
    expect(await journal.changesAfter({ tenant: one, customer }, 0)).toEqual([]);
    expect(await pageOf(journal, { tenant: two, customer }, null, 10)).toHaveLength(1);
  });

  test('fill a page with their own operations, however many others there are', async () => {
    const { journal } = await opened(database);
    for (let n = 0; n < 6; n++) await journal.append(started(`o${n}`, n % 3 ? 'R1' : 'R2'));
    const page = await pageOf(journal, { tenant: two, statuses: ['RUNNING'] }, null, 2);
    expect(ids(page.map(({ entry }) => entry))).toEqual(['o3', 'o0']);
  });

  test('see an operation that names no reseller when its write names one', async () => {
    const { journal, writes } = await opened(database);
    const { record } = await recordWrite(writes);
    const state = { operation: operation(), resellerId: 'R2' };
    expect((await writes.started(record.id, state)).entry.resellerId).toBe('R2');
    await journal.append(step(1));
    expect(await journal.changesAfter({ tenant: two }, 0)).toHaveLength(2);
    expect(await pageOf(journal, { tenant: two }, null, 10)).toHaveLength(1);
    expect(await pageOf(journal, { tenant: one }, null, 10)).toEqual([]);
  });

  test('see an operation that the journal had before its write named the reseller', async () => {
    const { journal, writes } = await opened(database);
    const { record } = await recordWrite(writes);
    await journal.append(operation());
    expect(await pageOf(journal, { tenant: two }, null, 10)).toEqual([]);
    await writes.started(record.id, { operation: operation(), resellerId: 'R2' });
    expect(await pageOf(journal, { tenant: two }, null, 10)).toHaveLength(1);
    expect((await journal.latest('op'))?.resellerId).toBe('R2');
  });

  test('see notifications by the current link of the customer', async () => {
    const { notifications, links } = await opened(database);
    const customers = { m1: 'G1', m2: 'G2', m3: null };
    for (const [messageId, customerId] of Object.entries(customers)) {
      await notifications.append([notification({ messageId, customerId })]);
    }
    const types = ['SUBSCRIPTION_SUSPENDED'] as const;
    const seenBy = async (tenant: Tenant) => {
      const found = await notifications.after({ tenant }, 0);
      const [page = []] = await notifications.pages([
        { filter: { tenant, types }, before: null, limit: 10 },
      ]);
      const names = found.map((entry) => entry.notification.messageId);
      expect(page.map((entry) => entry.notification.messageId)).toEqual(names.toReversed());
      return names;
    };
    expect([await seenBy(one), await seenBy(two), await seenBy(none)]).toEqual([
      ...[['m1', 'm3'], ['m2'], []],
    ]);
    await links.unlink(link);
    expect([await seenBy(one), await seenBy(two)]).toEqual([['m1', 'm2', 'm3'], []]);
  });

  test('see writes by their reseller, or by the current link of the customer', async () => {
    const { writes, audit, links } = await opened(database);
    const nothing = { resellerId: null, customerId: null, resellerCustomerId: null, skuId: null };
    const targets = {
      billing: { ...nothing, resellerId: 'R2', customerId: 'C9' },
      linked: { ...nothing, resellerCustomerId: 'G2' },
      unlinked: { ...nothing, resellerCustomerId: 'G1' },
      watch: nothing,
    };
    for (const [key, target] of Object.entries(targets)) {
      const write = newWrite({ target, idempotencyKey: key, serialiseOn: key });
      const { record } = await recordWrite(writes, write);
      await writes.done(record.id);
    }
    const seenBy = async (tenant: Tenant) => {
      const filter = { tenant };
      const [page = []] = await audit.pages([{ filter, order: 'AT_ASC', after: null, limit: 10 }]);
      const changes = await audit.changesAfter(filter, 0, 10);
      expect(await audit.counts([filter])).toEqual([page.length]);
      expect(changes.map(({ id }) => id)).toEqual(page.map(({ id }) => id));
      return page.map(({ idempotencyKey }) => idempotencyKey);
    };
    expect(await seenBy(one)).toEqual(['unlinked', 'watch']);
    expect(await seenBy(two)).toEqual(['billing', 'linked']);
    expect(await seenBy(none)).toEqual([]);
    await links.unlink(link);
    expect(await seenBy(one)).toEqual(['linked', 'unlinked', 'watch']);
    expect(await seenBy(two)).toEqual(['billing']);
  });
}
