import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import type { OperationJournal } from '../../src/store/operations/journal.ts';

/** A model of the journal for readings without a lease, in its shortest form. */
export function memoryJournal(): Pick<OperationJournal, 'append' | 'latest' | 'after'> {
  const journal: OperationEntry[] = [];
  const entriesOf = (id: string) => journal.filter(({ operation }) => operation.operationId === id);

  return {
    async append(operation) {
      const entries = entriesOf(operation.operationId);
      const last = entries.at(-1);
      if (last && !isNewer(operation, last.operation)) return last;
      const firstSeenAt = last?.firstSeenAt ?? new Date();
      const sequence = journal.length + 1;
      const entry: OperationEntry = { operation, sequence, firstSeenAt, resellerId: null };
      journal.push(entry);
      return entry;
    },
    async latest(operationId) {
      return entriesOf(operationId).at(-1) ?? null;
    },
    async after(operationId, sequence) {
      return entriesOf(operationId).filter((entry) => entry.sequence > sequence);
    },
  };
}

function isNewer(next: Operation, last: Operation): boolean {
  if (last.done || next.done) return !last.done;
  return next.modifiedAt !== null && last.modifiedAt !== null && next.modifiedAt > last.modifiedAt;
}
