import { describe, expect, test, vi } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import type { ChangeListener } from '../../src/store/database/database.ts';
import { operated } from './operated.support.ts';
import { operation, scope, settle, silentBilling, step, succeeded } from './operations.support.ts';
import { openMemory } from './polled.support.ts';

/** An operation of a customer. */
function about(operationId: string, customerId: string, fields: Partial<Operation> = {}) {
  const metadata = { type: 'customer', resellerId: 'R1', customerId } as const;
  return operation({ operationId, metadata, ...fields });
}

/** The states that were received so far. */
function collected(entries: AsyncIterable<OperationEntry> | Iterable<OperationEntry>): Operation[] {
  const seen: Operation[] = [];
  void (async () => {
    for await (const entry of entries) seen.push(entry.operation);
  })();
  return seen;
}

describe('watching all operations', () => {
  test('sends every new state, and continues after final ones', async () => {
    const { operations } = await operated(silentBilling());
    await operations.record(step(0));
    const seen = collected(await operations.watchAll(undefined, null, scope()));
    const changes = [step(1), succeeded(), about('a', 'C1'), about('b', 'C2')];
    for (const change of changes) await operations.record(change);
    await expect.poll(() => seen).toEqual(changes);
  });

  test('sends only the states of one customer with a filter', async () => {
    const { operations } = await operated(silentBilling());
    const customer = { resellerId: 'R1', customerId: 'C1' };
    const seen = collected(await operations.watchAll(customer, null, scope()));
    await operations.record(about('a', 'C1'));
    await operations.record(about('b', 'C2'));
    await operations.record(about('a', 'C1', { description: 'more', modifiedAt: new Date(1) }));
    await expect
      .poll(() => seen)
      .toEqual([
        about('a', 'C1'),
        about('a', 'C1', { description: 'more', modifiedAt: new Date(1) }),
      ]);
  });

  test('from a cursor sends all states since then', async () => {
    const { operations } = await operated(silentBilling());
    const first = await operations.record(step(0));
    await operations.record(step(1));
    const seen = collected(await operations.watchAll(undefined, first.sequence, scope()));
    await operations.record(step(2));
    await expect.poll(() => seen).toEqual([step(1), step(2)]);
  });

  test('from a cursor of another journal sends new states', async () => {
    const { operations } = await operated(silentBilling());
    await operations.record(step(0));
    const seen = collected(await operations.watchAll(undefined, 1_000_000, scope()));
    await operations.record(step(1));
    await expect.poll(() => seen).toEqual([step(1)]);
  });

  test('reads each state once for many watchers', async () => {
    const { operations, journal } = await operated(silentBilling());
    const watching = Array.from({ length: 100 }, () =>
      operations.watchAll(undefined, null, scope()),
    );
    const seen = (await Promise.all(watching)).map(collected);
    await settle();
    const reads = vi.spyOn(journal, 'changesAfter');
    await operations.record(step(1));
    await expect.poll(() => seen).toEqual(Array(100).fill([step(1)]));
    expect(reads).toHaveBeenCalledTimes(1);
  });

  test('sends the states whose notifications were lost', async () => {
    const store = await openMemory();
    let publish: ChangeListener = () => {};
    const onOperation = (listener: ChangeListener) => {
      publish = listener;
      return () => {};
    };
    const { operations } = await operated(silentBilling(), { store: { ...store, onOperation } });
    const { sequence } = await store.journal.append(step(0));
    const one = await operations.watch('op', sequence, scope());
    const seen = [one ?? [], await operations.watchAll(undefined, sequence, scope())].map(
      collected,
    );
    await settle();
    await store.journal.append(step(1));
    await settle();
    expect(seen).toEqual([[], []]);
    publish(null);
    await expect.poll(() => seen).toEqual([[step(1)], [step(1)]]);
  });

  test('ends when its reader returns, and when the request is aborted', async () => {
    const { operations } = await operated(silentBilling());
    const leaving = new AbortController();
    const left = await operations.watchAll(undefined, null, scope(leaving.signal));
    const waiting = left.next();
    await settle();
    leaving.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const returned = await operations.watchAll(undefined, null, scope());
    await returned.return?.();
    await operations.record(step(1));
    expect(await returned.next()).toEqual({ done: true, value: undefined });
  });
});
