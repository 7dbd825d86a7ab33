import { expect } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import { Feeds } from '../../src/live/feeds.ts';
import { step } from './operations.support.ts';
import { openMemory } from './polled.support.ts';

/** An operation in the journal that only `record` changes. */
export async function watched(first: Operation = step(0)) {
  const store = await openMemory();
  const { journal } = store;
  const feeds = new Feeds<OperationEntry>();
  store.onOperation((id) => id !== null && feeds.wake(id));
  const current = await journal.append(first);
  const { operationId } = first;
  const parts = {
    journal,
    current,
    /** The number of readers that were not released. */
    held: 0,
    record: (state: Operation): Promise<OperationEntry> => journal.append(state),
    /** Every state after `seen`; by default the current state and later ones. */
    watch(signal = new AbortController().signal, seen = current.sequence - 1) {
      parts.held++;
      return feeds.follow(
        {
          ...{ name: operationId, key: operationId },
          read: (after, limit) => journal.after(operationId, after, limit),
        },
        {
          ...{ after: seen, last: Math.max(seen, current.sequence), signal },
          isLast: (entry) => entry.operation.done,
          release: () => void parts.held--,
        },
      );
    },
    /** Expects that all readers were released. */
    expectNothingLeft() {
      expect(parts.held).toBe(0);
      expect(feeds.size).toBe(0);
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
