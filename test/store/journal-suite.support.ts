import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failed, operation, step, succeeded } from '../operations/operations.support.ts';
import { memoryJournal } from '../support/memory-journal.ts';
import { finish, ids, names, pageOf, sequences, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;
const customer = { resellerId: 'R1', customerId: 'C1' };

export function journalSuite(database: TestDatabase): void {
  test('returns the stored states in order, also in a store that opens later', async () => {
    const { journal } = await database.open();
    const rollingBack = { ...failed(false), modifiedAt: new Date(1) };
    const states = [operation({ createdAt: new Date(5) }), rollingBack, failed()];
    for (const state of states) await journal.append(state);
    const entries = await journal.after('op', 0);
    expect(entries.map((entry) => entry.operation)).toEqual(states);
    expect(await journal.latest('op')).toEqual(entries.at(-1));
    const later = await database.open();
    expect(await later.journal.after('op', 0)).toEqual(entries);
  });

  test('returns nothing for operations that it does not have', async () => {
    const { journal } = await database.open();
    expect(await journal.latest('op')).toBeNull();
    expect(await journal.after('op', 0)).toEqual([]);
    expect(await journal.lastSequence()).toBe(0);
    expect(await journal.changesAfter({}, 0)).toEqual([]);
  });

  test('stores a state once while it does not change, and nothing after a final one', async () => {
    const { journal } = await database.open();
    const first = await journal.append(operation({ modifiedAt: new Date(1) }));
    expect(await journal.append(operation({ modifiedAt: new Date(1) }))).toEqual(first);
    const last = await journal.append(succeeded());
    expect(await journal.append(operation())).toEqual(last);
    expect(await journal.append(failed())).toEqual(last);
    expect(await journal.after('op', 0)).toEqual([first, last]);
    expect(last.firstSeenAt).toEqual(first.firstSeenAt);
    expect(Math.abs(first.firstSeenAt.getTime() - Date.now())).toBeLessThan(5_000);
  });

  test('treats a state with a later creation time as another operation', async () => {
    const { journal } = await database.open();
    const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C2' } as const;
    const finished = await journal.append(succeeded({ createdAt: new Date(1) }));
    expect(await journal.append(operation({ createdAt: null }))).toEqual(finished);
    const next = await journal.append(operation({ createdAt: new Date(2), metadata }));
    expect(next.operation.done).toBe(false);
    await journal.renew(1_000);
    expect(await journal.claim(10)).toMatchObject([{ entry: next }]);
    const customer = { resellerId: 'R1', customerId: 'C2' };
    expect(await pageOf(journal, { customer }, null, 10)).toMatchObject([{ entry: next }]);
  });

  test('appends the same states as the model, in any order', async () => {
    const { journal } = await database.open();
    let run = 0;
    const states = fc.record({
      operationId: fc.constantFrom('a', 'b'),
      done: fc.boolean(),
      description: fc.constantFrom('x', 'y', null),
      modifiedAt: fc.option(fc.date({ noInvalidDate: true, min: new Date(0) })),
    });
    const property = fc.asyncProperty(fc.array(states, { maxLength: 8 }), async (appended) => {
      const model = memoryJournal();
      run++;
      for (const state of appended) {
        const own = operation({ ...state, operationId: `${state.operationId}${run}` });
        const [expected, given] = [await model.append(own), await journal.append(own)];
        expect(given.operation).toEqual(expected.operation);
      }
      for (const id of [`a${run}`, `b${run}`]) {
        const [expected, given] = [await model.after(id, 0), await journal.after(id, 0)];
        expect(given.map((entry) => entry.operation)).toEqual(expected.map((e) => e.operation));
      }
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('returns the entries of many ids in their order, null for those it does not have', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b']);
    const found = await journal.latestMany(['b', 'x', 'a', 'b', ...names('y', 1_500)]);
    expect(ids(found.slice(0, 4))).toEqual(['b', null, 'a', 'b']);
    expect(found.slice(4).every((entry) => entry === null)).toBe(true);
    expect(await journal.latestMany([])).toEqual([]);
  });

  test('returns the changes of all operations after a sequence, page by page', async () => {
    const { journal } = await database.open();
    await startAll(journal, ['a', 'b', 'c']);
    await finish(journal, 'a');
    const all = await journal.changesAfter({}, 0);
    expect(ids(all)).toEqual(['a', 'b', 'c', 'a']);
    expect(await journal.lastSequence()).toBe(all.at(-1)?.sequence);
    const page = await journal.changesAfter({}, 0, 2);
    const rest = await journal.changesAfter({}, page.at(-1)?.sequence ?? 0, 2);
    expect([...page, ...rest]).toEqual(all);
    expect(await journal.after('a', page[0]?.sequence ?? 0, 1)).toEqual([all[3]]);
  });

  test("returns one customer's changes from the state that first names it", async () => {
    const { journal } = await database.open();
    await journal.append(operation({ operationId: 'other' }));
    await journal.append(operation());
    const named = await journal.append(step(1, { metadata }));
    // A later state may omit the customer.
    const last = await journal.append(failed());
    expect(await journal.changesAfter({ customer }, 0)).toEqual([named, last]);
    const stranger = { resellerId: 'R2', customerId: 'C1' };
    expect(await journal.changesAfter({ customer: stranger }, 0)).toEqual([]);
  });

  test('deletes old operations that are no longer polled, in batches', async () => {
    const { journal } = await database.open();
    for (const operationId of names('done', 3)) await journal.append(succeeded({ operationId }));
    await journal.append(operation({ operationId: 'running' }));
    await database.query('update operations set first_seen_at = first_seen_at - 3600000');
    await journal.append(succeeded({ operationId: 'young' }));
    expect(await journal.prune(60_000, 2)).toBe(2);
    expect(await journal.prune(60_000, 2)).toBe(1);
    expect(await journal.prune(60_000, 2)).toBe(0);
    const kept = await journal.changesAfter({}, 0);
    expect(kept.map((entry) => entry.operation.operationId)).toEqual(['running', 'young']);
    // An operation that billing still has can be stored again.
    const last = await journal.lastSequence();
    const again = await journal.append(succeeded({ operationId: 'done1' }));
    expect(again.sequence).toBeGreaterThan(last);
  });

  test('stores one state when two stores append it at once', async () => {
    const stores = await Promise.all([database.open(), database.open()]);
    const appended = await Promise.all(stores.map(({ journal }) => journal.append(operation())));
    expect(appended[0]).toEqual(appended[1]);
    expect(await stores[0].journal.changesAfter({}, 0)).toHaveLength(1);
  });

  test('returns nothing, or an error, for an id with U+0000', async () => {
    const { journal } = await database.open();
    const answer = await journal.latest('a\0b').catch(({ code }) => code);
    expect([null, 'BAD_USER_INPUT']).toContain(answer);
  });

  test('stores text with special characters', async () => {
    const { journal } = await database.open();
    const description = 'NUL \u0000, lone \ud800, quote \' " \\, 😀';
    await journal.append(operation({ operationId: "o'p", description }));
    expect((await journal.latest("o'p"))?.operation.description).toBe(description);
  });

  test('publishes an operation once its change can be read, and only then', async () => {
    const { journal, onOperation } = await database.open();
    const received: Promise<number>[] = [];
    const stop = onOperation((id) => {
      received.push(journal.after(id ?? '', 0).then((entries) => entries.length));
    });
    for (const state of [operation(), operation(), succeeded()]) {
      await journal.append(state);
      await Promise.all(received);
    }
    stop();
    await journal.append(operation({ operationId: 'later' }));
    expect(await Promise.all(received)).toEqual([1, 2]);
    expect(sequences(await journal.after('op', 0))).toHaveLength(2);
  });

  test('calls the other listeners when one fails', async () => {
    const { journal, onOperation } = await database.open();
    const received: (string | null)[] = [];
    onOperation(() => {
      throw new Error('broken listener');
    });
    onOperation((id) => received.push(id));
    await journal.append(operation());
    expect(received).toEqual(['op']);
  });

  test('rejects appends after it was closed', async () => {
    const store = await database.open();
    await store.close();
    const unavailable = { code: 'UNAVAILABLE', retryable: true };
    await expect(store.journal.append(operation())).rejects.toMatchObject(unavailable);
  });
}
