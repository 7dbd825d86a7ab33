import { expect } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import { follow } from '../../src/live/follow.ts';
import { WakeUps } from '../../src/live/wake-up.ts';
import { step } from './operations.support.ts';
import { openMemory } from './polled.support.ts';

/** An operation that is in the journal, and changes by `record` alone. */
export async function watched(first: Operation = step(0)) {
  const store = await openMemory();
  const { journal } = store;
  const wakeUps = new WakeUps();
  store.onOperation((id) => id !== null && wakeUps.wake(id));
  const current = await journal.append(first);
  const { operationId } = first;
  const parts = {
    journal,
    wakeUps,
    current,
    /** How many readers have not let go. */
    held: 0,
    record: (state: Operation): Promise<OperationEntry> => journal.append(state),
    /** Everything behind `seen`, or the present state and what comes behind it. */
    watch(signal = new AbortController().signal, seen = current.sequence - 1) {
      parts.held++;
      return follow(
        {
          ...{ wakeUps, key: operationId, seen },
          read: (behind, limit) => journal.after(operationId, behind, limit),
          isLast: (entry) => entry.operation.done,
          release: () => void parts.held--,
        },
        signal,
      );
    },
    /** Nothing is left of any reader. */
    expectNothingLeft() {
      expect(parts.held).toBe(0);
      expect(wakeUps.size).toBe(0);
    },
  };
  return parts;
}

export async function rest(states: AsyncIterable<OperationEntry>): Promise<(string | null)[]> {
  const seen = [];
  for await (const { operation: state } of states)
    seen.push(state.done ? 'done' : state.description);
  return seen;
}
