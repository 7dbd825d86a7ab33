import { expect, test, vi } from 'vitest';
import type { HeldOperation } from '../../src/domain/operation.ts';
import type { OperationJournal } from '../../src/store/operations/journal.ts';
import { operation } from '../operations/operations.support.ts';
import { finish, heldIds, names, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const LONG = 60_000;

export function leasesSuite(database: TestDatabase): void {
  test('are claimed once, for unfinished operations only', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b', 'c']);
    await finish(journal, 'b');
    expect(heldIds(await journal.claim(10, LONG))).toEqual(['a', 'c']);
    expect(await journal.claim(10, LONG)).toEqual([]);
  });

  test('are claimed up to the limit, the rest by the next call', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b', 'c']);
    const claimed = [...(await journal.claim(2, LONG)), ...(await journal.claim(2, LONG))];
    expect(heldIds(claimed).toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('are claimed by several instances at once without overlap, and none is left', async () => {
    const stores = await Promise.all([database.open(), database.open(), database.open()]);
    const started = names('op', 60);
    await startAll(stores[0].journal, started);
    const claims = await Promise.all(
      stores.flatMap(({ journal }) => [journal.claim(15, LONG), journal.claim(15, LONG)]),
    );
    const rest = await stores[0].journal.claim(60, LONG);
    expect(heldIds([...claims.flat(), ...rest]).toSorted()).toEqual(started.toSorted());
  });

  test('are not given to another instance while they last, and are renewed by their holder', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    expect(await one.journal.lease('a', LONG)).not.toBeNull();
    expect(await two.journal.lease('a', LONG)).toBeNull();
    expect(await one.journal.lease('a', LONG)).not.toBeNull();
    expect(await one.journal.renew(LONG)).toMatchObject([{ operationId: 'a' }]);
    expect(await two.journal.renew(LONG)).toEqual([]);
  });

  test('are released by a store that closes', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1, LONG);
    await one.close();
    expect(heldIds(await two.journal.claim(1, LONG))).toEqual(['a']);
  });

  test('of an instance that died are taken over when they expire, not before', async () => {
    const [dead, heir] = await Promise.all([database.open(), database.open()]);
    await startAll(dead.journal, ['a', 'b']);
    const claimedAt = performance.now();
    expect(await dead.journal.claim(2, 300)).toHaveLength(2);
    expect(await heir.journal.claim(2, LONG)).toEqual([]);
    await vi.waitFor(async () => expect(await heir.journal.lease('a', LONG)).not.toBeNull(), {
      interval: 20,
    });
    expect(performance.now() - claimedAt).toBeGreaterThan(290);
    expect(heldIds(await heir.journal.claim(2, LONG))).toEqual(['b']);
    expect(await dead.journal.lease('a', LONG)).toBeNull();
    expect(await dead.journal.renew(LONG)).toEqual([]);
  });

  test('end with the operation, and do not exist for unknown operations', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a']);
    await journal.claim(1, LONG);
    await finish(journal, 'a');
    expect(await journal.renew(LONG)).toEqual([]);
    expect(await journal.lease('a', LONG)).toBeNull();
    expect(await journal.lease('unknown', LONG)).toBeNull();
  });

  test('remain when the operation changes', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1, LONG);
    await two.journal.append(operation({ operationId: 'a', modifiedAt: new Date(1) }));
    expect(await two.journal.claim(1, LONG)).toEqual([]);
    expect(await one.journal.renew(LONG)).toMatchObject([{ operationId: 'a' }]);
  });

  test.each([
    ['claim', async (journal: OperationJournal) => heldIds(await journal.claim(1, LONG))],
    ['lease', async (journal: OperationJournal) => heldIds([await lease(journal, 'a')])],
  ])('taken before the clock was set back are free: %s', async (_, take) => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await lease(one.journal, 'a');
    await database.query('update operations set lease_until = lease_until + 3600000');
    expect(await take(two.journal)).toEqual(['a']);
    expect(await one.journal.renew(LONG)).toEqual([]);
    // The new lease ends by the present clock.
    expect(await one.journal.claim(1, LONG)).toEqual([]);
  });

  test('taken before the clock was set back are renewed by their holder', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await lease(one.journal, 'a');
    await database.query('update operations set lease_until = lease_until + 3600000');
    expect(await one.journal.renew(LONG)).toMatchObject([{ operationId: 'a' }]);
    expect(await two.journal.claim(1, LONG)).toEqual([]);
  });

  test('are claimed for LOST operations until they are given up', async () => {
    const { journal } = await database.open();
    await journal.append(operation({ operationId: 'a', lost: 'STILL_POLLED' }));
    await journal.append(operation({ operationId: 'b', lost: 'GIVEN_UP' }));
    expect(heldIds(await journal.claim(10, LONG))).toEqual(['a']);
    expect(await journal.lease('b', LONG)).toBeNull();
  });

  test("report the age of the operation by the database's clock", async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a']);
    await database.query('update operations set first_seen_at = first_seen_at - 3600000');
    const [claimed] = await journal.claim(1, LONG);
    const [renewed] = await journal.renew(LONG);
    for (const ageMs of [claimed?.ageMs, renewed?.ageMs, (await lease(journal, 'a')).ageMs]) {
      expect(ageMs).toBeGreaterThanOrEqual(3_600_000);
      expect(ageMs).toBeLessThan(3_610_000);
    }
  });
}

async function lease(journal: OperationJournal, operationId: string): Promise<HeldOperation> {
  const held = await journal.lease(operationId, LONG);
  if (!held) throw new Error('the operation cannot be leased');
  return held;
}
