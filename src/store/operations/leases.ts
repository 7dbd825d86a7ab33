import { sql } from 'kysely';
import type { HeldOperation } from '../../domain/operation.ts';
import type { CommitOptions, Database } from '../database/database.ts';
import { decodeTrace } from '../database/trace-column.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** A literal: the partial index of unfinished operations is not used for a parameter. */
const UNFINISHED = sql.lit(0);
const FREE = { lease_holder: null, lease_until: 0 } as const;
/** Milliseconds by which the clock may be corrected without ending leases. */
const CLOCK_TOLERANCE = 1_000;

/** With the lock of appends, no lease changes hands between an append's check of it and its commit. */
const SERIALISED = { appends: ['operation_entries'] } as const satisfies CommitOptions;

/** `ageMs` and `trace` as in HeldOperation. */
export interface HeldLease extends Pick<HeldOperation, 'ageMs' | 'trace'> {
  readonly operationId: string;
}

/**
 * Which instance polls which operation. All times are by the database's clock. A lease that ends later
 * than any lease taken now was taken before the clock was set back: it counts as expired.
 */
export function leases(database: Database, instanceId: string) {
  const until = (leaseMs: number) => sql<number>`${database.now} + ${Math.ceil(leaseMs)}`;
  const latestPossible = (leaseMs: number) => until(leaseMs + CLOCK_TOLERANCE);
  const held = (leaseMs: number) =>
    ({ lease_holder: instanceId, lease_until: until(leaseMs) }) as const;
  const ageMs = sql<number>`${database.now} - first_seen_at`.as('age_ms');

  async function holdings(numbers: readonly number[]): Promise<HeldOperation[]> {
    if (numbers.length === 0) return [];
    const rows = await database.read((db) =>
      latestEntries(db)
        .select([ageMs, 'o.trace_context'])
        .where('o.number', 'in', numbers)
        .orderBy('o.number')
        .execute(),
    );
    return rows.map((row) => ({
      ...{ entry: toEntry(row), ageMs: row.age_ms },
      trace: decodeTrace(row.trace_context),
    }));
  }

  return {
    /** Leases unfinished operations that no instance holds to this instance. */
    async claim(limit: number, leaseMs: number): Promise<readonly HeldOperation[]> {
      const [{ rows }] = await database.commit((db) => {
        const unfinished = db
          .selectFrom('operations')
          .select('number')
          .where('done', '=', UNFINISHED)
          .limit(Math.min(limit, MAX_ROWS));
        // Two conditions in one query would sort all unfinished operations.
        const expired = unfinished
          .where('lease_until', '<=', database.now)
          .orderBy('lease_until')
          .as('expired');
        const stranded = unfinished
          .where('lease_until', '>', latestPossible(leaseMs))
          .orderBy('lease_until')
          .as('stranded');
        const free = db
          .selectFrom(expired)
          .select('number')
          .unionAll(db.selectFrom(stranded).select('number'))
          .limit(Math.min(limit, MAX_ROWS));
        return [
          db
            .updateTable('operations')
            .set(held(leaseMs))
            .where('number', 'in', free)
            .returning('number')
            .compile(),
        ];
      }, SERIALISED);
      return holdings(rows.map(({ number }) => number));
    },
    /**
     * Takes or renews one lease.
     * @returns null when another instance holds it, or the operation is unknown or no longer polled
     */
    async lease(operationId: string, leaseMs: number): Promise<HeldOperation | null> {
      const [{ rows }] = await database.commit(
        (db) => [
          db
            .updateTable('operations')
            .set(held(leaseMs))
            .where('operation_id', '=', operationId)
            .where('done', '=', UNFINISHED)
            .where(({ eb, or }) =>
              or([
                eb('lease_holder', '=', instanceId),
                eb('lease_until', '<=', database.now),
                eb('lease_until', '>', latestPossible(leaseMs)),
              ]),
            )
            .returning('number')
            .compile(),
        ],
        SERIALISED,
      );
      const [found = null] = await holdings(rows.map(({ number }) => number));
      return found;
    },
    /** Renews all leases of this instance and returns the operations that it still holds. */
    async renew(leaseMs: number): Promise<readonly HeldLease[]> {
      const [{ rows }] = await database.commit(
        (db) => [
          db
            .updateTable('operations')
            .set({ lease_until: until(leaseMs) })
            .where('done', '=', UNFINISHED)
            .where('lease_until', '>', database.now)
            .where('lease_holder', '=', instanceId)
            .returning(['operation_id', ageMs, 'trace_context'])
            .compile(),
        ],
        SERIALISED,
      );
      return rows.map((row) => ({
        ...{ operationId: row.operation_id, ageMs: row.age_ms },
        trace: decodeTrace(row.trace_context),
      }));
    },
    /** Releases all leases of this instance. */
    async releaseAll(): Promise<void> {
      // Not a group commit, which waits longer for a locked file: this delays the shutdown.
      await database.write(async (trx) => {
        await database.serialiseAppends(trx, 'operation_entries');
        await trx
          .updateTable('operations')
          .set(FREE)
          .where('done', '=', UNFINISHED)
          .where('lease_until', '>', database.now)
          .where('lease_holder', '=', instanceId)
          .execute();
      });
    },
  };
}
