import { describe, expect, test } from 'vitest';
import type { OperationEntry } from '../../src/domain/operation.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import { failed, operation, succeeded } from '../operations/support.ts';

function sequences(entries: readonly OperationEntry[]): number[] {
  return entries.map(({ sequence }) => sequence);
}

describe('the journal in memory', () => {
  test('gives back what was put in, in order', async () => {
    const journal = memoryJournal();
    const states = [operation(), failed(false), failed()];
    for (const state of states) await journal.append(state);
    const entries = await journal.after('op', 0);
    expect(entries.map((entry) => entry.operation)).toEqual(states);
    expect(await journal.latest('op')).toBe(entries.at(-1));
  });

  test('knows nothing of what was never put in', async () => {
    const journal = memoryJournal();
    expect(await journal.latest('op')).toBeNull();
    expect(await journal.after('op', 0)).toEqual([]);
  });

  test('keeps a state that did not change once', async () => {
    const journal = memoryJournal();
    const modifiedAt = new Date(1);
    const first = await journal.append(operation({ modifiedAt }));
    expect(await journal.append(operation({ modifiedAt: new Date(1) }))).toBe(first);
    const second = await journal.append(operation({ modifiedAt: new Date(2) }));
    expect(second.sequence).toBeGreaterThan(first.sequence);
    expect(await journal.after('op', 0)).toEqual([first, second]);
  });

  test('takes nothing after the end', async () => {
    const journal = memoryJournal();
    const last = await journal.append(succeeded());
    expect(await journal.append(operation())).toBe(last);
    expect(await journal.append(failed())).toBe(last);
    expect(await journal.after('op', 0)).toEqual([last]);
  });

  test('numbers all states by one sequence that only grows', async () => {
    const journal = memoryJournal();
    const entries = [
      await journal.append(operation({ operationId: 'a' })),
      await journal.append(operation({ operationId: 'b' })),
      await journal.append(succeeded({ operationId: 'a' })),
      await journal.append(succeeded({ operationId: 'b' })),
    ];
    const numbers = sequences(entries);
    expect(new Set(numbers).size).toBe(4);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(sequences(await journal.after('a', 0))).toEqual([numbers[0], numbers[2]]);
  });

  test('gives what came after a sequence, and nothing after the last', async () => {
    const journal = memoryJournal();
    const first = await journal.append(operation());
    const second = await journal.append(failed(false));
    expect(await journal.after('op', first.sequence)).toEqual([second]);
    expect(await journal.after('op', second.sequence)).toEqual([]);
    expect(await journal.after('op', second.sequence + 100)).toEqual([]);
  });

  test('remembers when it first saw the operation', async () => {
    const journal = memoryJournal({ operations: 10, entries: 1 });
    const { firstSeenAt } = await journal.append(operation());
    expect(Math.abs(firstSeenAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect((await journal.append(succeeded())).firstSeenAt).toBe(firstSeenAt);
  });

  test('keeps the newest states of an operation when there are too many', async () => {
    const journal = memoryJournal({ operations: 10, entries: 3 });
    for (let n = 1; n <= 5; n++) await journal.append(operation({ description: `${n}` }));
    const entries = await journal.after('op', 0);
    expect(entries.map((entry) => entry.operation.description)).toEqual(['3', '4', '5']);
  });

  test('lets go of the operation that changed longest ago when there are too many', async () => {
    const journal = memoryJournal({ operations: 2, entries: 10 });
    await journal.append(operation({ operationId: 'a' }));
    await journal.append(operation({ operationId: 'b' }));
    await journal.append(succeeded({ operationId: 'a' }));
    const c = await journal.append(operation({ operationId: 'c' }));
    expect(await journal.latest('b')).toBeNull();
    expect(await journal.after('a', 0)).toHaveLength(2);
    expect(await journal.latest('c')).toBe(c);
    // What comes back has a place of its own, behind all the others.
    const again = await journal.append(operation({ operationId: 'b' }));
    expect(again.sequence).toBeGreaterThan(c.sequence);
  });
});
