import type { Changes } from '../database/changes.ts';
import type { Database, StoreLog } from '../database/database.ts';
import { entryReads } from './entry-reads.ts';
import { entryWrites } from './entry-writes.ts';
import { leases } from './leases.ts';
import { operationPages } from './operation-pages.ts';
import { pruning } from './pruning.ts';

export type { OperationFilter } from './operation-conditions.ts';
export type { ListedOperation } from './operation-pages.ts';

export type OperationJournal = ReturnType<typeof operationJournal>;

/**
 * Every observed state of every operation, on disk. A write that resolves survives a crash. Every
 * method rejects with a GatewayError: UNAVAILABLE (retryable) when the database is unreachable, full,
 * locked or read-only, INTERNAL_SERVER_ERROR when the statement is wrong. Lists return at most
 * `limit` rows, and never more than 1000.
 */
export function operationJournal(
  database: Database,
  changes: Changes,
  instance: { readonly instanceId: string; readonly log: StoreLog },
) {
  return {
    ...entryReads(database),
    ...entryWrites(database, changes, instance),
    ...operationPages(database),
    ...leases(database, instance.instanceId),
    ...pruning(database),
  };
}
