import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { failed, operation, succeeded } from '../operations/operations.support.ts';
import { intent, pageOf } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const LONG_AGO = -60_000;

export function intentsSuite(database: TestDatabase): void {
  test('are kept before the call and given back under the same key', async () => {
    const { journal } = await database.open();
    const kept = { ...intent(), operationId: null };
    expect(await journal.intend(intent())).toEqual(kept);
    const other = intent({ request: { reason: 'other' }, kind: 'ACTIVATE_CUSTOMER' });
    expect(await journal.intend(other)).toEqual(kept);
    await journal.started('alice', 'key', operation());
    expect(await journal.intend(intent())).toEqual({ ...kept, operationId: 'op' });
  });

  test('are one for each caller and key', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    await journal.started('alice', 'key', operation());
    expect((await journal.intend(intent({ caller: 'bob' }))).operationId).toBeNull();
    expect((await journal.intend(intent({ idempotencyKey: 'k2' }))).operationId).toBeNull();
  });

  test('are one when the same key comes twice at once', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const requests = [intent({ request: 1 }), intent({ request: 2 })];
    const [first, second] = await Promise.all(
      stores.map(({ journal }, n) => journal.intend(requests[n] ?? intent())),
    );
    expect(first).toEqual(second);
  });

  test('give their customer to an operation that does not name one', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    const entry = await journal.started('alice', 'key', operation());
    const customer = { resellerId: 'R1', customerId: 'C1' };
    expect(await journal.changesAfter({ customer }, 0)).toEqual([entry]);
    expect(await pageOf(journal, { customer }, null, 10)).toMatchObject([{ entry }]);
  });

  test('stay with the operation that they started first', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    await journal.started('alice', 'key', operation());
    await journal.started('alice', 'key', operation({ operationId: 'second' }));
    expect((await journal.intend(intent())).operationId).toBe('op');
    expect(await journal.latest('second')).not.toBeNull();
  });

  test('are tied also when the operation is in the journal already', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    const last = await journal.append(succeeded());
    expect(await journal.started('alice', 'key', operation())).toEqual(last);
    expect(await journal.interrupted(LONG_AGO)).toEqual([]);
  });

  test('are recovered when neither an operation nor a refusal came of them', async () => {
    const { journal } = await database.open();
    for (const key of ['started', 'lost', 'refused', 'lost too']) {
      await journal.intend(intent({ idempotencyKey: key }));
    }
    await journal.started('alice', 'started', operation());
    await journal.refused('alice', 'refused');
    // After a crash.
    const { journal: next } = await database.open();
    expect(await next.interrupted(60_000)).toEqual([]);
    const lost = await next.interrupted(LONG_AGO);
    expect(lost.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['lost', 'lost too']);
    expect(lost[0]).toEqual({ ...intent({ idempotencyKey: 'lost' }), operationId: null });
  });

  test('are recovered by one instance', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    for (let n = 0; n < 40; n++) await stores[0].journal.intend(intent({ idempotencyKey: `${n}` }));
    // The database's clock decides, so nothing but time makes them old.
    await pause(120);
    const taken = await Promise.all(stores.map(({ journal }) => journal.interrupted(100)));
    const keys = taken.flat().map(({ idempotencyKey }) => Number(idempotencyKey));
    expect(keys.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('free their key when they are refused, but not when they started something', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    await journal.refused('alice', 'key');
    const changed = intent({ request: { reason: 'changed' } });
    expect((await journal.intend(changed)).request).toEqual({ reason: 'changed' });
    await journal.started('alice', 'key', operation());
    await journal.refused('alice', 'key');
    expect((await journal.intend(changed)).operationId).toBe('op');
  });

  test('tie and append together or not at all', async () => {
    const { journal } = await database.open();
    await journal.intend(intent());
    const noJson = { type: 'unknown', typeUrl: 'x', json: 1n } as const;
    const broken = operation({ metadata: noJson });
    await expect(journal.started('alice', 'key', broken)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    });
    expect(await pageOf(journal, {}, null, 1)).toEqual([]);
    expect((await journal.intend(intent())).operationId).toBeNull();
  });

  test('know of an earlier one that is to end with the same link, until it is over', async () => {
    const { journal } = await database.open();
    const isAwaited = (key: string) => journal.isLinkAwaited('alice', key);
    for (const [idempotencyKey, linkTo] of [
      ['first', 'G1'],
      ['second', 'G1'],
      ['other', 'G2'],
      ['none', null],
    ] as const) {
      await journal.intend(intent({ idempotencyKey, linkTo }));
    }
    expect(await isAwaited('first')).toBe(false);
    expect(await isAwaited('second')).toBe(true);
    expect([await isAwaited('other'), await isAwaited('none')]).toEqual([false, false]);
    await journal.started('alice', 'first', operation());
    expect(await isAwaited('second')).toBe(true);
    await journal.append(failed());
    expect(await isAwaited('second')).toBe(false);
  });
}
