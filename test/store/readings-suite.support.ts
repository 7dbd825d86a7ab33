import { describe, expect, test, vi } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import type { OperationJournal } from '../../src/store/operations/journal.ts';
import { failed, operation, step, succeeded } from '../operations/operations.support.ts';
import { startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const LONG = 60_000;

async function statesOf(journal: OperationJournal): Promise<Operation[]> {
  return (await journal.after('op', 0)).map((entry) => entry.operation);
}

/** Appends a state, and holds its operation. */
async function held(journal: OperationJournal, state: Operation): Promise<OperationEntry> {
  const entry = await journal.append(state);
  await journal.renew(LONG);
  expect(await journal.take(state.operationId)).not.toBeNull();
  return entry;
}

/** Which readings the journal appends: readings never go backwards. */
export function readingsSuite(database: TestDatabase): void {
  describe('a reading without a lease', () => {
    test.each<[string, Operation, boolean]>([
      ['a later modification time', step(3), true],
      ['the same modification time', step(2, { description: 'other' }), false],
      ['an earlier modification time', step(1), false],
      ['no modification time', step(3, { modifiedAt: null }), false],
      ['a final state, whatever its time', succeeded({ modifiedAt: new Date(1) }), true],
    ])('with %s', async (_, reading, isAppended) => {
      const { journal } = await database.open();
      const latest = await journal.append(step(2));
      const entry = await journal.append(reading);
      expect(entry.operation).toEqual(isAppended ? reading : latest.operation);
      expect(await statesOf(journal)).toHaveLength(isAppended ? 2 : 1);
    });

    test('replaces a state without a modification time only when it is final', async () => {
      const { journal } = await database.open();
      const latest = await journal.append(step(1, { modifiedAt: null }));
      expect(await journal.append(step(2))).toEqual(latest);
      expect((await journal.append(failed())).operation).toEqual(failed());
    });

    test('replaces an operation with the same id only when it was created later', async () => {
      const { journal } = await database.open();
      const latest = await journal.append(succeeded({ createdAt: new Date(2) }));
      expect(await journal.append(succeeded({ createdAt: new Date(1) }))).toEqual(latest);
      const next = operation({ createdAt: new Date(3) });
      expect((await journal.append(next)).operation).toEqual(next);
    });
  });

  describe('a poll', () => {
    test.each<[string, Operation]>([
      ['a later modification time', step(3)],
      ['the same modification time', step(2, { description: 'other' })],
      ['no modification time', step(3, { modifiedAt: null })],
      ['a final state', succeeded()],
    ])('that was sent after the latest state replaces it with %s', async (_, reading) => {
      const { journal } = await database.open();
      const { sequence } = await held(journal, step(2));
      const { outcome, entry } = await journal.appendPolled(reading, sequence);
      expect({ outcome, state: entry.operation }).toEqual({ outcome: 'APPENDED', state: reading });
    });

    test.each<[string, Operation]>([
      ['an earlier modification time', step(1)],
      ['no change', step(2)],
    ])('with %s appends nothing', async (_, reading) => {
      const { journal } = await database.open();
      const entry = await held(journal, step(2));
      const appended = await journal.appendPolled(reading, entry.sequence);
      expect(appended).toEqual({ outcome: 'KEPT', entry });
      expect(await statesOf(journal)).toEqual([step(2)]);
    });

    test.each<[string, Operation, boolean]>([
      ['the same modification time', step(2, { description: 'other' }), false],
      ['no modification time', step(3, { modifiedAt: null }), false],
      ['a later modification time', step(3), true],
      ['a final state', succeeded(), true],
    ])('that was sent before the latest state was stored, with %s', async (_, reading, isNew) => {
      const { journal } = await database.open();
      const { sequence } = await held(journal, step(1));
      const latest = await journal.append(step(2));
      const { outcome, entry } = await journal.appendPolled(reading, sequence);
      expect(outcome).toBe(isNew ? 'APPENDED' : 'KEPT');
      expect(entry.operation).toEqual(isNew ? reading : latest.operation);
    });

    test('replaces no final state', async () => {
      const { journal } = await database.open();
      await held(journal, operation());
      const entry = await journal.append(succeeded());
      for (const late of [step(5), failed()]) {
        const appended = await journal.appendPolled(late, entry.sequence);
        expect(appended).toEqual({ outcome: 'KEPT', entry });
      }
    });

    test('replaces LOST while the operation is polled, and only by a final state later', async () => {
      const { journal } = await database.open();
      let { sequence } = await held(journal, step(1));
      const append = async (state: Operation) => {
        const { outcome, entry } = await journal.appendPolled(state, sequence);
        sequence = entry.sequence;
        return outcome;
      };
      expect(await append(step(1, { lost: 'STILL_POLLED' }))).toBe('APPENDED');
      expect(await append(step(1))).toBe('APPENDED');
      expect(await append(step(1, { lost: 'GIVEN_UP' }))).toBe('APPENDED');
      expect(await append(step(2))).toBe('KEPT');
      expect((await journal.append(succeeded())).operation).toEqual(succeeded());
    });

    test('of an operation that is not in the journal is rejected and leaves no trace', async () => {
      const { journal } = await database.open();
      await expect(journal.appendPolled(operation(), 0)).rejects.toThrow();
      expect(await journal.latest('op')).toBeNull();
      expect(await database.query('select number from operations')).toEqual([]);
    });
  });

  describe('a poll whose lease', () => {
    test.each([step(3), succeeded()])('was taken over appends nothing: %#', async (late) => {
      const [paused, successor] = [await database.open(), await database.open()];
      const { sequence } = await held(paused.journal, step(1));
      await database.query('update poll_leases set lease_until = 1');
      await successor.journal.renew(LONG);
      expect(await successor.journal.take('op')).not.toBeNull();
      const { entry } = await successor.journal.appendPolled(step(2), sequence);
      expect(await paused.journal.appendPolled(late, sequence)).toEqual({
        outcome: 'LEASE_LOST',
        entry,
      });
      expect(await statesOf(paused.journal)).toEqual([step(1), step(2)]);
    });

    test.each([step(3), succeeded()])('has expired appends nothing: %#', async (late) => {
      const { journal } = await database.open();
      const { sequence } = await held(journal, step(1));
      await database.query('update poll_leases set lease_until = 1');
      expect(await journal.appendPolled(late, sequence)).toMatchObject({ outcome: 'LEASE_LOST' });
      expect(await statesOf(journal)).toEqual([step(1)]);
    });

    test('was lost and taken again does not overwrite what was stored in between', async () => {
      const [paused, successor] = [await database.open(), await database.open()];
      const { sequence } = await held(paused.journal, step(1));
      await database.query('update poll_leases set lease_until = 1');
      await successor.journal.renew(LONG);
      await successor.journal.take('op');
      await successor.journal.appendPolled(step(1, { description: 'newer' }), sequence);
      await successor.journal.release();
      await paused.journal.renew(LONG);
      expect(await paused.journal.take('op')).not.toBeNull();
      const late = step(1, { description: 'older' });
      expect(await paused.journal.appendPolled(late, sequence)).toMatchObject({ outcome: 'KEPT' });
    });

    test('was lost does not fail the appends that it shares a transaction with', async () => {
      const { journal, onOperation } = await database.open();
      const ids = ['a', 'b', 'c', 'd'];
      await startAll(journal, ids);
      await journal.renew(LONG);
      for (const id of ['a', 'c', 'd']) await journal.take(id);
      const published = vi.fn<(id: string | null) => void>();
      onOperation(published);
      const entries = await journal.latestMany(ids);
      const appended = await Promise.all(
        ids.map((operationId, n) =>
          journal.appendPolled(step(1, { operationId }), entries[n]?.sequence ?? 0),
        ),
      );
      expect(appended.map(({ outcome }) => outcome)).toEqual([
        'APPENDED',
        'LEASE_LOST',
        'APPENDED',
        'APPENDED',
      ]);
      expect(published.mock.calls.flat().toSorted()).toEqual(['a', 'c', 'd']);
    });
  });

  test('of many appends at once, each is stored once and in the order of its time', async () => {
    const stores = [await database.open(), await database.open()] as const;
    await stores[0].journal.append(step(0));
    const times = Array.from({ length: 12 }, (_, n) => (n * 7) % 12);
    await Promise.all(times.map((n) => stores[n % 2]?.journal.append(step(n))));
    const stored = (await statesOf(stores[0].journal)).map((state) => state.modifiedAt?.getTime());
    expect(stored).toEqual([...new Set(stored)].toSorted((a = 0, b = 0) => a - b));
    expect(stored.at(-1)).toBe(11);
  });
}
