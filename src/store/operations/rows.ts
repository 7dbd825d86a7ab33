import type { Kysely, RawBuilder } from 'kysely';
import type { OperationEntry } from '../../domain/operation.ts';
import type { Tables } from '../database/tables.ts';
import { decodeOperation } from './operation-json.ts';

/** The most rows that one call returns, and the most ids in one statement. */
export const MAX_ROWS = 1_000;

export interface EntryRow {
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
export function entriesAfter(
  db: Kysely<Tables>,
  sequence: number | RawBuilder<number>,
  limit: number | RawBuilder<number>,
) {
  return db
    .selectFrom('operation_entries as e')
    .innerJoin('operations as o', 'o.number', 'e.operation_number')
    .select(['o.first_seen_at', 'e.reseller_id', 'e.sequence', 'e.state'])
    .where('e.sequence', '>', sequence)
    .orderBy('e.sequence')
    .limit(limit);
}
