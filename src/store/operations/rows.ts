import { type Kysely, sql } from 'kysely';
import type { Operation, OperationEntry } from '../../domain/operation.ts';
import type { Tables } from '../database/tables.ts';
import { decodeOperation } from './operation-json.ts';

/** The most rows that one call returns, and the most ids in one statement. */
export const MAX_ROWS = 1_000;

interface EntryRow {
  readonly sequence: number;
  readonly first_seen_at: number;
  readonly state: string;
  readonly reseller_id: string | null;
}

export function toEntry({ sequence, first_seen_at, state, reseller_id }: EntryRow): OperationEntry {
  return {
    operation: decodeOperation(state),
    sequence,
    firstSeenAt: new Date(first_seen_at),
    // Billing may leave the id empty.
    resellerId: reseller_id || null,
  };
}

/** The columns of an existing row by which operations are filtered. */
export function filterColumns({ kind, createdAt }: Operation) {
  const started_at = createdAt ? createdAt.getTime() : sql<number>`first_seen_at`;
  return { kind, started_at };
}

/** Operations `o` with their latest entries `e`. */
export function latestEntries(db: Kysely<Tables>) {
  return db
    .selectFrom('operations as o')
    .innerJoin('operation_entries as e', 'e.sequence', 'o.latest_sequence')
    .select([
      'o.number',
      'o.operation_id',
      'o.first_seen_at',
      'e.reseller_id',
      'e.sequence',
      'e.state',
    ]);
}

/** Operations `o` with all of their entries `e`, oldest first. */
export function entriesAfter(db: Kysely<Tables>, sequence: number, limit = MAX_ROWS) {
  return db
    .selectFrom('operation_entries as e')
    .innerJoin('operations as o', 'o.number', 'e.operation_number')
    .select(['o.first_seen_at', 'e.reseller_id', 'e.sequence', 'e.state'])
    .where('e.sequence', '>', sequence)
    .orderBy('e.sequence')
    .limit(Math.min(limit, MAX_ROWS));
}
