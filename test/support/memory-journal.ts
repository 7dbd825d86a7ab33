import { isDeepStrictEqual } from 'node:util';
import type { OperationEntry } from '../../src/domain/operation.ts';
import type { OperationJournal } from '../../src/store/operations/journal.ts';

/** What the journal promises, in its shortest form: a model to test the real one against. */
export function memoryJournal(): Pick<OperationJournal, 'append' | 'latest' | 'after'> {
  const journal: OperationEntry[] = [];
  const entriesOf = (id: string) => journal.filter(({ operation }) => operation.operationId === id);

  return {
    async append(operation) {
      const entries = entriesOf(operation.operationId);
      const last = entries.at(-1);
      if (last && (last.operation.done || isDeepStrictEqual(last.operation, operation)))
        return last;
      const firstSeenAt = last?.firstSeenAt ?? new Date();
      const entry: OperationEntry = { operation, sequence: journal.length + 1, firstSeenAt };
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
