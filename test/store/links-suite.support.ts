import { expect, test } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
import type { Store } from '../../src/store/store.ts';
import { operation, succeeded } from '../operations/operations.support.ts';
import { newWrite, recordWrite } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const first = { billing: { resellerId: 'R1', customerId: 'C1' }, resellerCustomerId: 'G1' };
const second = { billing: { resellerId: 'R1', customerId: 'C2' }, resellerCustomerId: 'G2' };
const elsewhere = { billing: { resellerId: 'R2', customerId: 'C1' }, resellerCustomerId: 'G3' };

export function linksSuite(database: TestDatabase): void {
  test('are found from both sides, in the order of the keys', async () => {
    const { links } = await database.open();
    for (const link of [first, second, elsewhere]) await links.link(link);
    const unknown = { resellerId: 'R1', customerId: 'C3' };
    const keys = [second.billing, unknown, elsewhere.billing, first.billing, second.billing];
    expect(await links.byBilling(keys)).toEqual([second, null, elsewhere, first, second]);
    expect(await links.byReseller(['G2', 'G9', 'G1'])).toEqual([second, null, first]);
    expect([await links.byBilling([]), await links.byReseller([])]).toEqual([[], []]);
  });

  test('are the same after the store was opened again', async () => {
    const { links, close } = await database.open();
    await links.link(first);
    await close();
    const again = await database.open();
    expect(await again.links.byReseller(['G1'])).toEqual([first]);
  });

  test('that are there already can be made again', async () => {
    const { links } = await database.open();
    await links.link(first);
    await links.link(first);
    expect(await links.byBilling([first.billing])).toEqual([first]);
  });

  test.each([
    [
      'the billing customer',
      { ...first, resellerCustomerId: 'G9' },
      'The billing customer C1 is linked to the reseller customer G1: unlink it first.',
    ],
    [
      'the reseller customer',
      { ...second, resellerCustomerId: 'G1' },
      'The reseller customer G1 is linked to the billing customer C1: unlink it first.',
    ],
  ])('are refused when %s has another partner', async (_, link, message) => {
    const { links } = await database.open();
    await links.link(first);
    await expect(links.link(link)).rejects.toMatchObject({ code: 'CONFLICT', message });
    expect(await links.byReseller(['G1', 'G9'])).toEqual([first, null]);
  });

  test('of one customer that are made at once leave it with one partner', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const rivals = Array.from({ length: 10 }, (_, n) => ({
      ...first,
      resellerCustomerId: `G${n}`,
    }));
    const made = await Promise.allSettled(
      rivals.map((link, n) => (stores[n % 2] ?? stores[0]).links.link(link)),
    );
    const kept = rivals.filter((_, n) => made[n]?.status === 'fulfilled');
    expect(kept).toHaveLength(1);
    expect(await stores[0].links.byBilling([first.billing])).toEqual(kept);
  });

  test('that are said to be made are there, also when what was in the way goes meanwhile', async () => {
    const [here, there] = await Promise.all([database.open(), database.open()]);
    const rival = { ...second, resellerCustomerId: first.resellerCustomerId };
    for (let n = 0; n < 100; n++) {
      await here.links.link(first);
      const ending = here.links.unlink(first);
      const isMade = await there.links.link(rival).then(
        () => true,
        () => false,
      );
      await ending;
      expect(await there.links.byReseller(['G1'])).toEqual([isMade ? rival : null]);
      await here.links.unlink(rival);
    }
  });

  test('are found for more resellers than a statement is deep', async () => {
    const { links } = await database.open();
    await links.link(first);
    const others = Array.from({ length: 1_500 }, (_, n) => ({
      resellerId: `other-${n}`,
      customerId: 'C1',
    }));
    const found = await links.byBilling([...others, first.billing]);
    expect(found.filter((link) => link !== null)).toEqual([first]);
  });

  test('that ended can be made anew, with others', async () => {
    const { links } = await database.open();
    await links.link(first);
    expect(await links.unlink(first)).toBe(true);
    expect(await links.unlink(first)).toBe(false);
    await links.link({ ...first, resellerCustomerId: 'G2' });
    await links.link({ ...second, resellerCustomerId: 'G1' });
    expect(await links.byBilling([first.billing, second.billing])).toMatchObject([
      { resellerCustomerId: 'G2' },
      { resellerCustomerId: 'G1' },
    ]);
  });

  test('do not end when other partners are named', async () => {
    const { links } = await database.open();
    await links.link(first);
    expect(await links.unlink({ ...first, resellerCustomerId: 'G2' })).toBe(false);
    expect(await links.byReseller(['G1'])).toEqual([first]);
  });

  test('that an operation was to end with are there as soon as its success is', async () => {
    const store = await database.open();
    const { links, journal } = store;
    await startWith(store, 'G1', operation());
    expect(await links.byReseller(['G1'])).toEqual([null]);
    await journal.append(succeeded());
    expect(await links.byReseller(['G1'])).toEqual([first]);
  });

  test('are made also when the operation is over at once', async () => {
    const store = await database.open();
    const { links } = store;
    await startWith(store, 'G1', succeeded());
    expect(await links.byReseller(['G1'])).toEqual([first]);
  });

  test('are not made by an operation that fails, or that was to make none', async () => {
    const store = await database.open();
    const { links } = store;
    const failure = { type: 'failure', code: 9, message: 'no', details: [] } as const;
    await startWith(store, 'G1', operation({ done: true, result: failure }));
    await startWith(store, null, succeeded({ operationId: 'other' }));
    expect(await links.byReseller(['G1'])).toEqual([null]);
    expect(await links.byBilling([first.billing])).toEqual([null]);
  });

  test('that stand in the way leave an operation its success', async () => {
    const store = await database.open();
    const { links, journal } = store;
    await startWith(store, 'G1', operation());
    const rival = { ...second, resellerCustomerId: 'G1' };
    await links.link(rival);
    await journal.append(succeeded());
    expect((await journal.latest('op'))?.operation.done).toBe(true);
    expect(await links.byReseller(['G1'])).toEqual([rival]);
  });
}

/** Records a write that started this operation. */
async function startWith(
  { writes }: Pick<Store, 'writes'>,
  linkTo: string | null,
  state: Operation,
): Promise<void> {
  const write = newWrite({ linkTo, idempotencyKey: state.operationId });
  await recordWrite(writes, write);
  await writes.started(write.id, { operation: state });
}
