import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { WriteFailure, WriteMutation, WriteRecord } from '../../domain/write.ts';
import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { template } from '../database/template.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { Hold } from './new-write.ts';
import {
  commitOutcome,
  doneColumns,
  failureColumns,
  lastSequence,
  lockName,
  nextSequence,
  refusedColumns,
} from './write-columns.ts';
import { isUnsettled, type StoredWrite, toRecord, toStoredWrite, writeRows } from './write-rows.ts';

/** Deliveries in one transaction. */
const MAX_DELIVERIES = 200;

/** Statements that decide about a write's fate, each a compare-and-set. */
export function settleMethods(database: Database, changes: Changes) {
  const until = (holdMs: number) => sql<number>`${database.now} + ${Math.ceil(holdMs)}`;
  const held = ({ holder, holdMs }: Hold) => ({ holder, held_until: until(holdMs) }) as const;
  const free = sql<boolean>`held_until <= ${database.now}`;

  const deliver = delivery();

  async function change(
    id: string,
    build: (db: Kysely<Tables>) => CompiledQuery<{ id: string }>,
  ): Promise<boolean> {
    const [changed] = await commitOutcome(database, changes, id, (db) => [build(db)]);
    return changed.rows.length > 0;
  }

  return {
    /**
     * Lets a repeat leave: finds the write unsettled, not superseded and not held by another attempt,
     * and holds it. Serialised per target, like `record`.
     */
    async claim({ record, target }: StoredWrite, hold: Hold): Promise<StoredWrite | null> {
      const [claimed] = await database.commit(
        (db) => [
          db
            .updateTable('writes')
            .set(({ eb }) => ({ ...held(hold), attempts: eb('attempts', '+', 1) }))
            .where('id', '=', record.id)
            .where(isUnsettled)
            .where('superseded', '=', 0)
            .where(({ or, eb }) => or([free, eb('holder', '=', hold.holder)]))
            .returningAll()
            .returning(database.now.as('now'))
            .compile(),
        ],
        // A new write on the target must not be recorded between this decision and its commit.
        { locks: [lockName(target)], signal: hold.signal },
      );
      const [row] = claimed.rows;
      return row ? toStoredWrite(row) : null;
    },
    /**
     * Unsettled writes of these mutations that no attempt holds, not superseded and younger than
     * `maxAgeMs`, oldest first.
     */
    async due(
      mutations: readonly WriteMutation[],
      maxAgeMs: number,
      limit: number,
    ): Promise<readonly StoredWrite[]> {
      const rows = await database.read((db) =>
        writeRows(database, db)
          .where(isUnsettled)
          // Concatenated, so that the index of the few unsettled writes is used.
          .where(sql<string>`mutation || ''`, 'in', mutations)
          .where('superseded', '=', 0)
          .where(free)
          .where(sql<boolean>`recorded_at > ${database.now} - ${maxAgeMs}`)
          .limit(MAX_ROWS)
          .execute(),
      );
      return rows
        .toSorted((a, b) => a.recorded_at - b.recorded_at)
        .slice(0, limit)
        .map(toStoredWrite);
    },
    /** Makes PENDING writes UNKNOWN that no attempt holds and no recovery will repeat. */
    async expire(maxAgeMs: number): Promise<readonly WriteRecord[]> {
      const isExpired = sql<boolean>`state = 'PENDING' and ${free}
        and (superseded = 1 or recorded_at <= ${database.now} - ${maxAgeMs})`;
      const found = await database.read((db) =>
        db.selectFrom('writes').select('number').where(isExpired).limit(1).executeTakeFirst(),
      );
      // Most rounds find none; those take no lock and notify no instance.
      if (!found) return [];
      const [expired] = await commitOutcome(database, changes, '', (db) => [
        db
          .updateTable('writes')
          .set({
            ...{ state: 'UNKNOWN', holder: null, held_until: 0, settled_at: database.now },
            // The rows of one statement see the same last sequence.
            sequence: sql<number>`${lastSequence} + number`,
          })
          .where(isExpired)
          .returningAll()
          .compile(),
      ]);
      return expired.rows.map(toRecord);
    },
    /** PENDING to REFUSED, when its only attempt is this one. False when it is in another state. */
    refuse: (id: string, holder: string, failure: WriteFailure) =>
      change(id, (db) =>
        db
          .updateTable('writes')
          .set(refusedColumns(database, failure))
          .where('id', '=', id)
          .where('state', '=', 'PENDING')
          .where('attempts', '=', 1)
          .where('holder', '=', holder)
          .returning('id')
          .compile(),
      ),
    /** PENDING or UNKNOWN to UNKNOWN; no attempt holds the write any more. */
    unknown: (id: string, holder: string, failure: WriteFailure) =>
      change(id, (db) =>
        db
          .updateTable('writes')
          .set({
            ...{ state: 'UNKNOWN', holder: null, held_until: 0, settled_at: database.now },
            ...{ ...failureColumns(failure), sequence: nextSequence },
          })
          .where('id', '=', id)
          .where(isUnsettled)
          .where('holder', '=', holder)
          .returning('id')
          .compile(),
      ),
    /** Extends the hold of an attempt. False when the write is settled, superseded or held by another. */
    async extend(id: string, hold: Hold): Promise<boolean> {
      const [extended] = await database.commit(
        (db) => [
          db
            .updateTable('writes')
            .set(held(hold))
            .where('id', '=', id)
            .where(isUnsettled)
            .where('superseded', '=', 0)
            .where('holder', '=', hold.holder)
            .returning('id')
            .compile(),
        ],
        { signal: hold.signal },
      );
      return extended.rows.length > 0;
    },
    /** Stores DONE for a write without an operation. */
    done: (id: string) =>
      change(id, (db) =>
        db
          .updateTable('writes')
          .set(doneColumns(database, null))
          .where('id', '=', id)
          .where(isUnsettled)
          .returning('id')
          .compile(),
      ),
    /** UNKNOWN or PENDING, not held, to REFUSED or DONE, by a person or by reading back. */
    settle: (id: string, outcome: 'DONE' | 'REFUSED', failure: WriteFailure | null) =>
      change(id, (db) =>
        db
          .updateTable('writes')
          .set(
            outcome === 'DONE'
              ? doneColumns(database, null)
              : refusedColumns(database, failure ?? { code: 'FAILED_PRECONDITION', message: '' }),
          )
          .where('id', '=', id)
          .where(isUnsettled)
          .where(free)
          .returning('id')
          .compile(),
      ),
    /** Stores that the outcomes of these writes were delivered. */
    async deliver(ids: readonly string[]): Promise<void> {
      for (let start = 0; start < ids.length; start += MAX_DELIVERIES) {
        const some = ids.slice(start, start + MAX_DELIVERIES);
        await database.commit((db) => some.map((id) => deliver(db, { id })));
      }
    },
    /**
     * Whether the same mutation was recorded again later for the same reseller customer and SKU, and was
     * not refused.
     */
    async hasLater({ mutation, number, target }: WriteRecord): Promise<boolean> {
      const { resellerCustomerId, skuId } = target;
      const later = await database.read((db) =>
        db
          .selectFrom('writes')
          .select('id')
          .where('reseller_customer_id', '=', resellerCustomerId)
          .where('sku_id', '=', skuId)
          .where('number', '>', number)
          .where('mutation', '=', mutation)
          .where('state', '<>', 'REFUSED')
          .executeTakeFirst(),
      );
      return later !== undefined;
    },
    /** Null when there is no such write. */
    async get(id: string): Promise<StoredWrite | null> {
      const row = await database.read((db) =>
        writeRows(database, db).where('id', '=', id).executeTakeFirst(),
      );
      return row ? toStoredWrite(row) : null;
    },
  };
}

/**
 * Marks one outcome as delivered. A statement for several ids would have no fixed plan: PostgreSQL
 * keeps the one that it made while the table was small, and that reads the whole table.
 */
function delivery() {
  return template<{ readonly id: string }, unknown>((db, slot) =>
    db
      .updateTable('writes')
      .set({ owed: 0 })
      .where('id', '=', slot('id'))
      .where('owed', '=', 1)
      .compile(),
  );
}
