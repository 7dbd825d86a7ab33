import type { Operation, OperationEntry } from '../domain/operation.ts';

/**
 * Every state of every operation that was seen, in order. An operation whose id is lost is lost,
 * because the billing API lists none: the journal is where ids are kept.
 */
export interface OperationJournal {
  /**
   * Adds a state, unless it equals the latest one, or that is final: then it is a reading that comes
   * late. Gives the entry that now is the latest.
   */
  append(operation: Operation): Promise<OperationEntry>;
  /** The newest entry of an operation; null when it is not in the journal. */
  latest(operationId: string): Promise<OperationEntry | null>;
  /** The entries of an operation with a sequence above `sequence`, oldest first. */
  after(operationId: string, sequence: number): Promise<readonly OperationEntry[]>;
}

export interface MemoryJournalLimits {
  /** Operations kept; the one that changed longest ago goes first. */
  readonly operations: number;
  /** States kept of one operation; the oldest goes first. */
  readonly entries: number;
}

/** A journal that lives as long as the process. */
export function memoryJournal(
  limits: MemoryJournalLimits = { operations: 10_000, entries: 100 },
): OperationJournal {
  const journal = new Map<string, OperationEntry[]>();
  // Above every sequence of an earlier process, so that a cursor of that one is known to be old.
  let sequence = Date.now() * 1000;

  return {
    async append(operation) {
      const entries = journal.get(operation.operationId) ?? [];
      const last = entries.at(-1);
      if (last && (last.operation.done || isSameState(last.operation, operation))) return last;
      const firstSeenAt = last?.firstSeenAt ?? new Date();
      const entry: OperationEntry = { operation, sequence: ++sequence, firstSeenAt };
      journal.delete(operation.operationId);
      journal.set(operation.operationId, [...entries, entry].slice(-limits.entries));
      if (journal.size > limits.operations) evictOldest(journal);
      return entry;
    },
    async latest(operationId) {
      return journal.get(operationId)?.at(-1) ?? null;
    },
    async after(operationId, after) {
      return (journal.get(operationId) ?? []).filter((entry) => entry.sequence > after);
    },
  };
}

/** A Map iterates in insertion order, and every append inserts anew. */
function evictOldest(journal: Map<string, unknown>): void {
  const { value } = journal.keys().next();
  if (value !== undefined) journal.delete(value);
}

function isSameState(a: Operation, b: Operation): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
