import { expect, test, vi } from 'vitest';
import type { HeldOperation } from '../../src/domain/operation.ts';
import type { OperationJournal } from '../../src/store/operations/journal.ts';
import type { Store } from '../../src/store/store.ts';
import { operation } from '../operations/operations.support.ts';
import { finish, heldIds, names, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const LONG = 60_000;

export function leasesSuite(database: TestDatabase): void {
  /** A store whose instance has a lease. */
  async function leased(leaseMs = LONG): Promise<Store> {
    const store = await database.open();
    expect(await store.journal.renew(leaseMs)).toBe('TAKEN');
    return store;
  }

  const idsOf = async ({ journal }: Store) =>
    (await journal.held(0, 100)).map(({ operationId }) => operationId);

  test('let an instance claim what has no holder, once, unfinished operations only', async () => {
    const { journal } = await leased();
    await startAll(journal, ['a', 'b', 'c']);
    await finish(journal, 'b');
    expect(heldIds(await journal.claim(10))).toEqual(['a', 'c']);
    expect(await journal.claim(10)).toEqual([]);
  });

  test('let an instance claim up to the limit, and the rest later', async () => {
    const { journal } = await leased();
    await startAll(journal, ['a', 'b', 'c']);
    const claimed = [...(await journal.claim(2)), ...(await journal.claim(2))];
    expect(heldIds(claimed).toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('let several instances claim at once without overlap, and none is left', async () => {
    const stores = await Promise.all([leased(), leased(), leased()]);
    const started = names('op', 60);
    await startAll(stores[0].journal, started);
    const claims = await Promise.all(
      stores.flatMap(({ journal }) => [journal.claim(15), journal.claim(15)]),
    );
    const rest = await stores[0].journal.claim(60);
    expect(heldIds([...claims.flat(), ...rest]).toSorted()).toEqual(started.toSorted());
  });

  test('are needed to take operations', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a']);
    expect(await journal.claim(1)).toEqual([]);
    expect(await journal.take('a')).toBeNull();
  });

  test('keep operations from other instances while they last', async () => {
    const [one, two] = await Promise.all([leased(), leased()]);
    await startAll(one.journal, ['a']);
    expect(await one.journal.take('a')).not.toBeNull();
    expect(await two.journal.take('a')).toBeNull();
    expect(await one.journal.take('a')).not.toBeNull();
    expect(await one.journal.renew(LONG)).toBe('RENEWED');
    expect(await idsOf(one)).toEqual(['a']);
    expect(await idsOf(two)).toEqual([]);
  });

  test('are renewed for all operations by a change of one row', async () => {
    const one = await leased();
    await startAll(one.journal, names('op', 20));
    await one.journal.claim(20);
    await one.journal.renew(10 * LONG);
    const rows = await database.query('select lease_until from operations where lease_until > 0');
    expect(rows).toEqual([]);
    expect(await database.query('select lease_ms from poll_leases')).toHaveLength(1);
  });

  test('are ended by a store that closes', async () => {
    const [one, two] = await Promise.all([leased(), leased()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1);
    await one.close();
    expect(heldIds(await two.journal.claim(1))).toEqual(['a']);
  });

  test('of an instance that died expire; then, and not before, others take its operations', async () => {
    const heir = await leased();
    const startedAt = performance.now();
    const dead = await leased(300);
    await startAll(dead.journal, ['a', 'b']);
    expect(await dead.journal.claim(2)).toHaveLength(2);
    expect(await heir.journal.claim(2)).toEqual([]);
    await vi.waitFor(async () => expect(await heir.journal.take('a')).not.toBeNull(), {
      interval: 20,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    expect(heldIds(await heir.journal.claim(2))).toEqual(['b']);
    expect(await dead.journal.take('a')).toBeNull();
    expect(await dead.journal.renew(LONG)).toBe('TAKEN');
    expect(await idsOf(dead)).toEqual([]);
  });

  test('of instances that died are deleted by the next one', async () => {
    const dead = await leased();
    await startAll(dead.journal, ['a']);
    await dead.journal.claim(1);
    await database.query('update poll_leases set lease_until = 1');
    const heir = await leased();
    expect(await database.query('select holder from poll_leases')).toHaveLength(1);
    expect(heldIds(await heir.journal.claim(1))).toEqual(['a']);
  });

  test('are of no use once the operation has ended, or is unknown', async () => {
    const one = await leased();
    await startAll(one.journal, ['a']);
    await one.journal.claim(1);
    await finish(one.journal, 'a');
    expect(await idsOf(one)).toEqual([]);
    expect(await one.journal.take('a')).toBeNull();
    expect(await one.journal.take('unknown')).toBeNull();
  });

  test('remain when the operation changes', async () => {
    const [one, two] = await Promise.all([leased(), leased()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1);
    await two.journal.append(operation({ operationId: 'a', modifiedAt: new Date(1) }));
    expect(await two.journal.claim(1)).toEqual([]);
    expect(await idsOf(one)).toEqual(['a']);
  });

  test.each([
    ['claim', async (journal: OperationJournal) => heldIds(await journal.claim(1))],
    ['take', async (journal: OperationJournal) => heldIds([await take(journal, 'a')])],
  ])('taken before the clock was set back keep nothing from others: %s', async (_, takeWith) => {
    const one = await leased();
    await startAll(one.journal, ['a']);
    await take(one.journal, 'a');
    await database.query('update poll_leases set lease_until = lease_until + 3600000');
    const two = await leased();
    expect(await takeWith(two.journal)).toEqual(['a']);
    expect(await one.journal.renew(LONG)).toBe('TAKEN');
    expect(await idsOf(one)).toEqual([]);
    // The new lease ends by the present clock.
    expect(await one.journal.claim(1)).toEqual([]);
  });

  test('taken before the clock was set back are renewed, unless the operations were taken', async () => {
    const [one, two] = await Promise.all([leased(), leased()]);
    await startAll(one.journal, ['a']);
    await take(one.journal, 'a');
    await database.query('update poll_leases set lease_until = lease_until + 3600000');
    expect(await one.journal.renew(LONG)).toBe('TAKEN');
    expect(await idsOf(one)).toEqual(['a']);
    await two.journal.renew(LONG);
    expect(await two.journal.claim(1)).toEqual([]);
  });

  test('allow LOST operations to be taken until they are given up', async () => {
    const { journal } = await leased();
    await journal.append(operation({ operationId: 'a', lost: 'STILL_POLLED' }));
    await journal.append(operation({ operationId: 'b', lost: 'GIVEN_UP' }));
    expect(heldIds(await journal.claim(10))).toEqual(['a']);
    expect(await journal.take('b')).toBeNull();
  });

  test('of earlier versions, on single operations, are respected until they expire', async () => {
    const { journal } = await leased();
    await startAll(journal, ['a', 'b', 'c']);
    const from = (ms: number) => `lease_holder = 'earlier', lease_until = ${Date.now() + ms}`;
    await database.query(`update operations set ${from(LONG)} where operation_id = 'a'`);
    await database.query(`update operations set ${from(-1_000)} where operation_id = 'b'`);
    // Taken before the clock was set back.
    await database.query(`update operations set ${from(3_600_000)} where operation_id = 'c'`);
    expect(await journal.take('a')).toBeNull();
    expect(heldIds(await journal.claim(10))).toEqual(['b', 'c']);
  });

  test("come with the age of each operation by the database's clock", async () => {
    const { journal } = await leased();
    await startAll(journal, ['a']);
    await database.query('update operations set first_seen_at = first_seen_at - 3600000');
    const [claimed] = await journal.claim(1);
    const [{ number = 0 } = {}] = await journal.held(0, 1);
    const [held] = await journal.holdings([number]);
    for (const ageMs of [claimed?.ageMs, held?.ageMs, (await take(journal, 'a')).ageMs]) {
      expect(ageMs).toBeGreaterThanOrEqual(3_600_000);
      expect(ageMs).toBeLessThan(3_610_000);
    }
  });

  test('find what an instance holds in pages', async () => {
    const { journal } = await leased();
    await startAll(journal, ['a', 'b', 'c']);
    await journal.claim(10);
    const first = await journal.held(0, 2);
    const rest = await journal.held(first.at(-1)?.number ?? 0, 2);
    expect([...first, ...rest].map(({ operationId }) => operationId)).toEqual(['a', 'b', 'c']);
  });
}

async function take(journal: OperationJournal, operationId: string): Promise<HeldOperation> {
  const held = await journal.take(operationId);
  if (!held) throw new Error('the operation cannot be taken');
  return held;
}
