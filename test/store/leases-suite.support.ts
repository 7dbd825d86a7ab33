import { expect, test, vi } from 'vitest';
import { operation } from '../operations/operations.support.ts';
import { finish, ids, names, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const LONG = 60_000;

export function leasesSuite(database: TestDatabase): void {
  test('are claimed once, for unfinished operations only', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b', 'c']);
    await finish(journal, 'b');
    expect(ids(await journal.claim(10, LONG))).toEqual(['a', 'c']);
    expect(await journal.claim(10, LONG)).toEqual([]);
  });

  test('are claimed up to the limit, the rest by the next call', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b', 'c']);
    const claimed = [...(await journal.claim(2, LONG)), ...(await journal.claim(2, LONG))];
    expect(ids(claimed).toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('are claimed by instances at once without overlap, and none is left', async () => {
    const stores = await Promise.all([database.open(), database.open(), database.open()]);
    const started = names('op', 60);
    await startAll(stores[0].journal, started);
    const claims = await Promise.all(
      stores.flatMap(({ journal }) => [journal.claim(15, LONG), journal.claim(15, LONG)]),
    );
    const rest = await stores[0].journal.claim(60, LONG);
    expect(ids([...claims.flat(), ...rest]).toSorted()).toEqual(started.toSorted());
  });

  test('are refused to another instance while they last, and renewed by their own', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    expect(await one.journal.lease('a', LONG)).toBe(true);
    expect(await two.journal.lease('a', LONG)).toBe(false);
    expect(await one.journal.lease('a', LONG)).toBe(true);
    expect(await one.journal.renew(LONG)).toEqual(['a']);
    expect(await two.journal.renew(LONG)).toEqual([]);
  });

  test('are given back by a store that closes', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1, LONG);
    await one.close();
    expect(ids(await two.journal.claim(1, LONG))).toEqual(['a']);
  });

  test('of an instance that died are taken over when they are over, not before', async () => {
    const [dead, heir] = await Promise.all([database.open(), database.open()]);
    await startAll(dead.journal, ['a', 'b']);
    const claimedAt = performance.now();
    expect(await dead.journal.claim(2, 300)).toHaveLength(2);
    expect(await heir.journal.claim(2, LONG)).toEqual([]);
    await vi.waitFor(async () => expect(await heir.journal.lease('a', LONG)).toBe(true), {
      interval: 20,
    });
    expect(performance.now() - claimedAt).toBeGreaterThan(290);
    expect(ids(await heir.journal.claim(2, LONG))).toEqual(['b']);
    expect(await dead.journal.lease('a', LONG)).toBe(false);
    expect(await dead.journal.renew(LONG)).toEqual([]);
  });

  test('end with the operation, and are not given for what is unknown', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a']);
    await journal.claim(1, LONG);
    await finish(journal, 'a');
    expect(await journal.renew(LONG)).toEqual([]);
    expect(await journal.lease('a', LONG)).toBe(false);
    expect(await journal.lease('unknown', LONG)).toBe(false);
  });

  test('outlive changes of the operation', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await startAll(one.journal, ['a']);
    await one.journal.claim(1, LONG);
    await two.journal.append(operation({ operationId: 'a', description: 'changed' }));
    expect(await two.journal.claim(1, LONG)).toEqual([]);
    expect(await one.journal.renew(LONG)).toEqual(['a']);
  });
}
