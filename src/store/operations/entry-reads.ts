import type { OperationEntry } from '../../domain/operation.ts';
import { queryCompiler } from '../database/compiler.ts';
import type { Database } from '../database/database.ts';
import { lastSequence } from '../database/sequences.ts';
import { template } from '../database/template.ts';
import { isOfTenant } from '../links/tenant-conditions.ts';
import type { ChangesFilter } from './operation-conditions.ts';
import { type EntryRow, entriesAfter, latestEntries, MAX_ROWS, toEntry } from './rows.ts';

export function entryReads(database: Database) {
  const compiler = queryCompiler(database.kind);
  const latest = template<{ operationId: string }, EntryRow>((db, slot) =>
    latestEntries(db).where('o.operation_id', '=', slot('operationId')).compile(),
  );
  const after = selectAfter();
  return {
    /** The latest entry of an operation; null when the journal does not have the operation. */
    async latest(operationId: string): Promise<OperationEntry | null> {
      const [row] = await database.select(latest(compiler, { operationId }));
      return row ? toEntry(row) : null;
    },
    /** The latest entries of several operations, in the order of the ids. */
    async latestMany(operationIds: readonly string[]): Promise<readonly (OperationEntry | null)[]> {
      const found = new Map<string, OperationEntry>();
      for (let start = 0; start < operationIds.length; start += MAX_ROWS) {
        const ids = operationIds.slice(start, start + MAX_ROWS);
        const rows = await database.read((db) =>
          latestEntries(db).where('o.operation_id', 'in', ids).execute(),
        );
        for (const row of rows) found.set(row.operation_id, toEntry(row));
      }
      return operationIds.map((id) => found.get(id) ?? null);
    },
    /** The entries of one operation after `sequence`, oldest first. */
    async after(
      operationId: string,
      sequence: number,
      limit = MAX_ROWS,
    ): Promise<readonly OperationEntry[]> {
      const values = { operationId, sequence, limit: Math.min(limit, MAX_ROWS) };
      return (await database.select(after(compiler, values))).map(toEntry);
    },
    /**
     * The entries that match the filter after `sequence`, oldest first. A sequence becomes visible only
     * after all lower ones, so a reader that continues from its last sequence misses nothing.
     */
    async changesAfter(
      { customer, tenant }: ChangesFilter,
      sequence: number,
      limit = MAX_ROWS,
    ): Promise<readonly OperationEntry[]> {
      const rows = await database.read((db) => {
        const all = entriesAfter(db, sequence, Math.min(limit, MAX_ROWS));
        const changes = tenant ? all.where(isOfTenant(tenant, 'e.reseller_id')) : all;
        if (!customer) return changes.execute();
        return changes
          .where('e.reseller_id', '=', customer.resellerId)
          .where('e.customer_id', '=', customer.customerId)
          .execute();
      });
      return rows.map(toEntry);
    },
    /** The highest sequence; 0 for an empty journal. */
    lastSequence: () => lastSequence(database, 'operation_entries'),
  };
}

function selectAfter() {
  return template<{ operationId: string; sequence: number; limit: number }, EntryRow>((db, slot) =>
    entriesAfter(db, slot('sequence'), slot('limit'))
      .where('e.operation_number', '=', (query) =>
        query
          .selectFrom('operations')
          .select('number')
          .where('operation_id', '=', slot('operationId')),
      )
      .compile(),
  );
}
