import { expect, test } from 'vitest';
import type { NewWrite, RelatedWrites } from '../../src/store/writes/write-store.ts';
import { operation, succeeded } from '../operations/operations.support.ts';
import { newWrite, recordWrite } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const refusal = { code: 'FORBIDDEN', message: 'no' } as const;
const other = { kind: 'ACTIVATE_CUSTOMER', resellerId: 'R1', customerId: 'C1' };
const hold = { holder: 'second', holdMs: 1_000 };

/** What a decision about `write` would be based on. */
async function relatedTo(
  writes: Awaited<ReturnType<TestDatabase['open']>>['writes'],
  write = newWrite(),
): Promise<RelatedWrites | null> {
  let seen: RelatedWrites | null = null;
  await writes.record(write, hold, (related) => {
    seen = related;
    return { seen: true };
  });
  return seen;
}

/** The writes of a store, on either database. */
export function writesSuite(database: TestDatabase): void {
  test('are pending and held once they are recorded', async () => {
    const { writes } = await database.open();
    const write = newWrite();
    const stored = await recordWrite(writes, write);
    expect(stored).toMatchObject({
      record: { id: write.id, outcome: 'PENDING', idempotencyKey: 'key', viewer: 'alice' },
      request: write.request,
      attempts: 1,
      isSuperseded: false,
      isOwed: false,
    });
    expect(stored.heldForMs).toBeGreaterThan(800);
    expect(await writes.get(write.id)).toMatchObject({ record: stored.record });
  });

  test('need a decision when another is open on the target', async () => {
    const { writes } = await database.open();
    const first = await recordWrite(writes);
    const seen = await relatedTo(writes, newWrite({ idempotencyKey: 'other', request: other }));
    expect(seen?.onTarget.map(({ record }) => record.id)).toEqual([first.record.id]);
    expect(seen?.byKey).toBeNull();
  });

  test('are found by viewer and key, on any target', async () => {
    const { writes } = await database.open();
    const first = await recordWrite(writes);
    const same = newWrite({ serialiseOn: 'C2' });
    expect((await relatedTo(writes, same))?.byKey?.record.id).toBe(first.record.id);
    const bob = newWrite({ serialiseOn: 'C2', viewer: 'bob' });
    expect(await relatedTo(writes, bob)).toBeNull();
  });

  test('supersede open ones with another request, and no identical ones', async () => {
    const { writes } = await database.open();
    const recordOpen = async (write: NewWrite) => {
      const { record } = await recordWrite(writes, write);
      await writes.unknown(record.id, 'holder', refusal);
      return record.id;
    };
    const first = await recordOpen(newWrite());
    const same = await recordOpen(newWrite({ viewer: 'bob' }));
    expect(await writes.get(first)).toMatchObject({ isSuperseded: false });
    const different = await recordOpen(newWrite({ idempotencyKey: 'k3', request: other }));
    expect(await writes.get(first)).toMatchObject({ isSuperseded: true });
    expect(await writes.get(same)).toMatchObject({ isSuperseded: true });
    expect(await writes.get(different)).toMatchObject({ isSuperseded: false });
  });

  test('are not recorded while another may be on its way to the same target', async () => {
    const { writes } = await database.open();
    await recordWrite(writes);
    const second = newWrite({ idempotencyKey: 'k2', request: other });
    await expect(recordWrite(writes, second)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await writes.get(second.id)).toBeNull();
  });

  test('of one target are recorded one after the other', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const decisions = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        stores[n % stores.length]?.writes.record(
          newWrite({ idempotencyKey: `k${n}`, isKeyGiven: false }),
          hold,
          ({ onTarget }) => (onTarget.length > 0 ? { seen: onTarget.length } : 'record'),
        ),
      ),
    );
    expect(decisions.filter((one) => one && 'record' in one)).toHaveLength(1);
  });

  test('of one key are recorded once, on any target', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const decisions = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        stores[n % stores.length]?.writes.record(
          newWrite({ serialiseOn: `C${n}` }),
          hold,
          ({ byKey }) => (byKey ? { seen: byKey } : 'record'),
        ),
      ),
    );
    expect(decisions.filter((one) => one && 'record' in one)).toHaveLength(1);
  });

  test('are refused only by their only attempt, which frees the key', async () => {
    const { writes } = await database.open();
    const first = await recordWrite(writes);
    expect(await writes.refuse(first.record.id, 'another', refusal)).toBe(false);
    expect(await writes.refuse(first.record.id, 'holder', refusal)).toBe(true);
    const stored = await writes.get(first.record.id);
    expect(stored).toMatchObject({ record: { outcome: 'REFUSED', failure: refusal } });
    expect(stored?.request).toBeNull();
    await recordWrite(writes);
  });

  test('are not refused after another attempt was allowed to leave', async () => {
    const { writes } = await database.open();
    const first = await recordWrite(writes);
    expect(await writes.claim(first, { ...hold, holder: 'holder' })).not.toBeNull();
    expect(await writes.refuse(first.record.id, 'holder', refusal)).toBe(false);
    expect(await writes.get(first.record.id)).toMatchObject({ record: { outcome: 'PENDING' } });
  });

  test('may leave again only when no other attempt holds them and nothing superseded them', async () => {
    const { writes } = await database.open();
    const first = await recordWrite(writes);
    expect(await writes.claim(first, hold)).toBeNull();
    await writes.unknown(first.record.id, 'holder', refusal);
    expect(await writes.claim(first, hold)).toMatchObject({ attempts: 2 });
    await writes.unknown(first.record.id, 'second', refusal);
    await recordWrite(writes, newWrite({ idempotencyKey: 'k2', request: other }));
    expect(await writes.claim(first, hold)).toBeNull();
  });

  test('are withdrawn also when their record was never stored, and then never are', async () => {
    const { writes } = await database.open();
    const write = newWrite();
    expect(await writes.withdraw(write, 'holder', refusal)).toBe(true);
    expect(await writes.get(write.id)).toMatchObject({ record: { outcome: 'REFUSED' } });
    // The commit of the record arrives late.
    await expect(recordWrite(writes, write)).rejects.toThrow();
    const recorded = newWrite({ idempotencyKey: 'k2' });
    await recordWrite(writes, recorded);
    expect(await writes.withdraw(recorded, 'another', refusal)).toBe(false);
    expect(await writes.withdraw(recorded, 'holder', refusal)).toBe(true);
  });

  test('are done together with the first state of their operation, once', async () => {
    const store = await database.open('i1');
    const { record } = await recordWrite(store.writes);
    const started = await store.writes.started(record.id, {
      operation: operation(),
    });
    expect(started).toMatchObject({ entry: { operation: operation() }, isHeld: true });
    const from = started.entry.firstSeenAt;
    const kinds = [operation().kind];
    expect(await store.journal.counts([{ kinds, from }, { until: from }])).toEqual([1, 0]);
    expect(await store.writes.get(record.id)).toMatchObject({
      record: { outcome: 'DONE', operationId: 'op' },
      isOwed: true,
      request: null,
    });
    expect(await store.journal.held(0, 10)).toMatchObject([{ operationId: 'op' }]);
    const again = await store.writes.started(record.id, { operation: operation() });
    expect(again.entry.sequence).toBe(started.entry.sequence);
    expect(await store.journal.after('op', 0)).toHaveLength(1);
  });

  test('with an operation that the journal has already append its state', async () => {
    const { writes, journal } = await database.open();
    const earlier = await journal.append(operation({ description: 'running' }));
    const { record } = await recordWrite(writes);
    const { entry } = await writes.started(record.id, { operation: succeeded() });
    expect(entry.operation).toEqual(succeeded());
    expect(entry.sequence).toBeGreaterThan(earlier.sequence);
  });

  test('owe their outcome until it is delivered', async () => {
    const { writes } = await database.open();
    const { record } = await recordWrite(writes);
    await writes.started(record.id, { operation: operation() });
    expect((await relatedTo(writes, newWrite({ idempotencyKey: 'k2' })))?.onTarget).toHaveLength(1);
    await writes.deliver([record.id, 'unknown id']);
    expect(await writes.get(record.id)).toMatchObject({ isOwed: false });
    await recordWrite(writes, newWrite({ idempotencyKey: 'k2' }));
  });

  test('are due for recovery while they are young, free and not superseded', async () => {
    const { writes } = await database.open();
    const held = await recordWrite(writes);
    const free = await recordWrite(writes, newWrite({ serialiseOn: 'C2', idempotencyKey: 'k2' }));
    await writes.unknown(free.record.id, 'holder', refusal);
    const due = await writes.due(['suspendCustomer'], 60_000, 10);
    expect(due.map(({ record }) => record.id)).toEqual([free.record.id]);
    expect(await writes.due(['activateCustomer'], 60_000, 10)).toEqual([]);
    expect(await writes.due(['suspendCustomer'], 0, 10)).toEqual([]);
    expect(held.record.outcome).toBe('PENDING');
  });

  test('become unknown when no attempt holds them and they are too old to be repeated', async () => {
    const { writes } = await database.open();
    const write = newWrite();
    await writes.record(write, { holder: 'holder', holdMs: 0 }, () => 'record');
    expect(await writes.expire(60_000)).toEqual([]);
    expect(await writes.expire(-1)).toMatchObject([{ id: write.id, outcome: 'UNKNOWN' }]);
    expect(await writes.expire(-1)).toEqual([]);
  });

  test('are settled by hand only while no attempt holds them', async () => {
    const { writes } = await database.open();
    const { record } = await recordWrite(writes);
    expect(await writes.settle(record.id, 'REFUSED', refusal)).toBe(false);
    await writes.unknown(record.id, 'holder', refusal);
    expect(await writes.settle(record.id, 'REFUSED', refusal)).toBe(true);
    expect(await writes.settle(record.id, 'DONE', null)).toBe(false);
  });

  test('that link to a reseller customer know of others that will', async () => {
    const { writes, journal } = await database.open();
    const first = newWrite({ linkTo: 'G1', serialiseOn: 'new-1' });
    await recordWrite(writes, first);
    const second = newWrite({ linkTo: 'G1', serialiseOn: 'new-2', idempotencyKey: 'k2' });
    expect(await relatedTo(writes, second)).toMatchObject({ isLinkTaken: true });
    await writes.started(first.id, { operation: operation() });
    expect(await relatedTo(writes, second)).toMatchObject({ isLinkTaken: true });
    await journal.append(succeeded());
    expect(await relatedTo(writes, second)).toMatchObject({ isLinkTaken: false });
  });
}
