import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { WriteFailure } from '../../domain/write.ts';
import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { NewWrite } from './new-write.ts';
import {
  columnsOf,
  commitOutcome,
  doneColumns,
  lastSequence,
  refusedColumns,
} from './write-columns.ts';
import { isUnsettled, type StoredWrite } from './write-rows.ts';

/** An outcome that a person confirms. */
interface Confirmation {
  readonly outcome: 'DONE' | 'REFUSED';
  /** Billing's operation; null for a write without one. */
  readonly operationId: string | null;
  /** The reason that the audit entry shows; null for DONE. */
  readonly failure: WriteFailure | null;
}

export function auditWrites(database: Database, changes: Changes) {
  const free = sql<boolean>`held_until <= ${database.now}`;

  return {
    /**
     * Stores an outcome that a person confirmed, and `audit` as the DONE record of that action, in one
     * transaction. False, and stores nothing, when the write has an outcome, an attempt holds it, or
     * the operation belongs to another write.
     */
    async confirm(
      { record }: StoredWrite,
      confirmation: Confirmation,
      audit: NewWrite,
    ): Promise<boolean> {
      const [confirmed] = await commitOutcome(database, changes, record.id, (db) => [
        confirmOutcome(database, db, record.id, confirmation, audit.id),
        insertDone(database, db, audit, sql`id = ${record.id} and holder = ${audit.id}`),
      ]);
      return confirmed.rows.length > 0;
    },
    /**
     * Stores `audit` as the DONE record of a repeat that a person requested. False, and stores nothing,
     * when the write has an outcome, an attempt holds it, or it is superseded.
     */
    async recordRepeat({ record }: StoredWrite, audit: NewWrite): Promise<boolean> {
      const isRepeatable = sql`id = ${record.id} and ${isUnsettled} and superseded = 0 and ${free}`;
      const [inserted] = await commitOutcome(database, changes, audit.id, (db) => [
        insertDone(database, db, audit, isRepeatable),
      ]);
      return inserted.rows.length > 0;
    },
    /**
     * Deletes up to `limit` writes that were recorded more than `ageMs` ago. Keeps PENDING and UNKNOWN
     * ones, those of unfinished operations, and the one with the highest sequence.
     * @returns the number of deleted writes
     */
    async prune(ageMs: number, limit: number): Promise<number> {
      const [deleted] = await database.commit((db) => [
        db
          .deleteFrom('writes')
          .where('number', 'in', prunable(database, db, ageMs, Math.min(limit, MAX_ROWS)))
          .returning('number')
          .compile(),
      ]);
      return deleted.rows.length;
    },
    /**
     * Erases the requests of up to `limit` writes without an outcome that are older than `ageMs`:
     * personal data is not kept forever for a write that no person settles. Returns their number.
     */
    async eraseRequests(ageMs: number, limit: number): Promise<number> {
      const [erased] = await database.commit((db) => [
        db
          .updateTable('writes')
          .set({ request: null, snapshot: null })
          .where('number', 'in', (eb) =>
            eb
              .selectFrom('writes')
              .select('number')
              .where('recorded_at', '<', sql<number>`${database.now} - ${Math.ceil(ageMs)}`)
              .where(isUnsettled)
              .where(free)
              .where('request', 'is not', null)
              .orderBy('recorded_at')
              .limit(Math.min(limit, MAX_ROWS)),
          )
          .returning('number')
          .compile(),
      ]);
      return erased.rows.length;
    },
  };
}

/**
 * Leaves the id of the audit entry in `holder`, by which the next statement of the transaction sees
 * that this one changed the write.
 */
function confirmOutcome(
  database: Database,
  db: Kysely<Tables>,
  id: string,
  { outcome, operationId, failure }: Confirmation,
  auditId: string,
): CompiledQuery<{ id: string }> {
  const columns =
    outcome === 'DONE'
      ? doneColumns(database, operationId)
      : refusedColumns(database, failure ?? { code: 'FAILED_PRECONDITION', message: '' });
  return db
    .updateTable('writes')
    .set({ ...columns, holder: auditId })
    .where('id', '=', id)
    .where(isUnsettled)
    .where(sql<boolean>`held_until <= ${database.now}`)
    .$if(operationId !== null, (query) =>
      query.where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('writes as other')
              .select('other.number')
              .where('other.operation_id', '=', operationId),
          ),
        ),
      ),
    )
    .returning('id')
    .compile();
}

/** Inserts a write as DONE if another one meets the condition. */
function insertDone(
  database: Database,
  db: Kysely<Tables>,
  write: NewWrite,
  condition: RawBuilder<unknown>,
): CompiledQuery<{ id: string }> {
  const row = {
    ...columnsOf(database, write),
    ...doneColumns(database, null),
    ...{ attempts: 0, owed: 0 },
  };
  const names = Object.keys(row).map((name) => sql.ref(name));
  const values = Object.values(row).map((value) => sql`${value}`);
  return sql<{ id: string }>`insert into writes (${sql.join(names)})
    select ${sql.join(values)} where exists (select 1 from writes where ${condition})
    returning id`.compile(db);
}

function prunable(database: Database, db: Kysely<Tables>, ageMs: number, limit: number) {
  return (
    db
      .selectFrom('writes')
      .select('number')
      .where('recorded_at', '<', sql<number>`${database.now} - ${Math.ceil(ageMs)}`)
      // As in the partial index: with a parameter or an IN list, SQLite would sort all of them.
      .where(sql<boolean>`state <> 'PENDING' and state <> 'UNKNOWN'`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('operations as o')
              .select('o.number')
              .whereRef('o.operation_id', '=', 'writes.operation_id')
              .where('o.done', '=', 0),
          ),
        ),
      )
      // Without it, the sequences of later outcomes would start again.
      .where('sequence', '<', lastSequence)
      .orderBy('recorded_at')
      .limit(limit)
  );
}
