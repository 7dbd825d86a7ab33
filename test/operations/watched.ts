import { expect } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import { watch } from '../../src/operations/watch.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import { operation, polling, silentBilling } from './support.ts';

/** The nth state of a running operation. */
export function step(n: number): Operation {
  return operation({ description: `step ${n}` });
}

/** An operation that is in the journal, and changes by `record` alone. */
export async function watched(first: Operation = step(0), journal = memoryJournal()) {
  const parts = polling(silentBilling(), { journal });
  const current = await parts.record(first);
  return {
    ...parts,
    current,
    watch: (after: number | null = null, signal = new AbortController().signal) =>
      watch(parts, current, after, signal),
    /** Nothing is left of any watcher. */
    expectNothingLeft() {
      expect(parts.pollers.size).toBe(0);
      expect(parts.wakeUps.size).toBe(0);
    },
  };
}

export async function rest(states: AsyncIterable<OperationEntry>): Promise<(string | null)[]> {
  const seen = [];
  for await (const { operation: state } of states)
    seen.push(state.done ? 'done' : state.description);
  return seen;
}

/** Lets everything run that is not waiting for something to happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
