import { StatementSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { Deliveries } from '../../src/writes/deliveries.ts';
import { customersOf, mutate } from '../e2e/writes.support.ts';
import { startTestGateway } from '../support/gateway.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A store whose statements end when the test says so. */
function slowStore() {
  const stored: { readonly ids: readonly string[]; end: PromiseWithResolvers<void> }[] = [];
  const deliver = (ids: readonly string[]) => {
    const end = Promise.withResolvers<void>();
    stored.push({ ids, end });
    return end.promise;
  };
  return { stored, deliveries: new Deliveries({ deliver }, createLogger('silent')) };
}

test('changes of one object that follow each other are recorded without reading the earlier ones', async () => {
  const { url, sandbox } = await startTestGateway();
  const [customer] = customersOf(sandbox, 1);
  const input = { customer: customer?.global };
  await mutate(url, 'activateCustomer', input);
  const all = vi.spyOn(StatementSync.prototype, 'all');
  for (const mutation of ['activateCustomer', 'suspendCustomer', 'suspendCustomer'] as const) {
    const confirm = mutation === 'suspendCustomer' ? { confirm: true } : {};
    expect(await mutate(url, mutation, { ...input, ...confirm })).toMatchObject({
      replayed: false,
    });
  }
  const statements = all.mock.contexts.map((statement) =>
    statement instanceof StatementSync ? statement.sourceSQL : '',
  );
  expect(statements.filter((text) => text.startsWith('insert into writes'))).toHaveLength(3);
  expect(statements.filter((text) => /^select .* from "writes" where "target"/.test(text))).toEqual(
    [],
  );
});

test('deliveries of a burst are collected, and sent once', async () => {
  const { deliveries, stored } = slowStore();
  deliveries.add('a');
  deliveries.add('b');
  deliveries.storeNow();
  deliveries.add('c');
  deliveries.storeNow();
  expect(stored.map(({ ids }) => ids)).toEqual([['a', 'b']]);
  expect(['a', 'b', 'c', 'd'].map((id) => deliveries.has(id))).toEqual([true, true, true, false]);
  stored[0]?.end.resolve();
  await expect.poll(() => deliveries.has('a')).toBe(false);
  await expect.poll(() => stored.map(({ ids }) => ids)).toEqual([['a', 'b'], ['c']]);
  stored[1]?.end.resolve();
});

test('deliveries that could not be stored are known, and stored later', async () => {
  const { deliveries, stored } = slowStore();
  deliveries.add('a');
  deliveries.storeNow();
  stored[0]?.end.reject(new Error('the database is away'));
  await stored[0]?.end.promise.catch(() => {});
  await expect.poll(() => stored.length, { timeout: 3_000 }).toBe(2);
  expect(deliveries.has('a')).toBe(true);
  stored[1]?.end.resolve();
  await deliveries.close();
  expect(deliveries.has('a')).toBe(false);
});
