import { type RawBuilder, sql } from 'kysely';
import type { HeldOperation } from '../../domain/operation.ts';
import type { CommitOptions, Database } from '../database/database.ts';
import { decodeTrace } from '../database/trace-column.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** A literal: the partial index of unfinished operations is not used for a parameter. */
const UNFINISHED = sql.lit(0);
/** Milliseconds by which the clock may be corrected without ending leases. */
const CLOCK_TOLERANCE = 1_000;
/** The longest lease that an earlier version can have, in milliseconds. */
const MAX_LEASE = 600_000;

/** With the lock of appends, no operation changes hands between an append's check and its commit. */
const SERIALISED = { appends: ['operation_entries'] } as const satisfies CommitOptions;

/** An operation that this instance holds. */
interface HeldNumber {
  /** As in ListedOperation. */
  readonly number: number;
  readonly operationId: string;
}

/** Whether an instance has a lease that has not expired, by the database's clock. */
export function hasLease(database: Database, holder: RawBuilder<unknown>): RawBuilder<boolean> {
  return lease(holder, sql`l.lease_until > ${database.now}`);
}

/** As `hasLease`, and not one that was taken before the clock was set back, which would not end. */
function lasts(database: Database, holder: RawBuilder<unknown>): RawBuilder<boolean> {
  const { now } = database;
  const latestPossible = sql`${now} + l.lease_ms + ${sql.lit(CLOCK_TOLERANCE)}`;
  return lease(holder, sql`l.lease_until > ${now} and l.lease_until <= ${latestPossible}`);
}

function lease(holder: RawBuilder<unknown>, condition: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`exists (select 1 from poll_leases as l where l.holder = ${holder} and ${condition})`;
}

/**
 * Which instance polls which operation. An operation has a holder, and an instance has one lease on all
 * operations that it holds, so that a renewal changes one row. An operation without a holder, or whose
 * holder has no lease that lasts, can be taken by any instance that has one.
 */
export function leases(database: Database, instanceId: string) {
  const { now } = database;
  const hasOwn = lasts(database, sql.val(instanceId));
  const ageMs = sql<number>`${now} - first_seen_at`.as('age_ms');
  /** Instances of earlier versions have leases on single operations. */
  const isUnleased = sql<boolean>`(lease_until <= ${now}
    or lease_until > ${now} + ${sql.lit(MAX_LEASE + CLOCK_TOLERANCE)})`;

  /** The operations with these numbers, as `claim` returns them. */
  async function holdings(numbers: readonly number[]): Promise<readonly HeldOperation[]> {
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
    holdings,
    /**
     * Takes unfinished operations that have no holder, or whose holder's lease has expired. None while
     * this instance has no lease.
     */
    async claim(limit: number): Promise<readonly HeldOperation[]> {
      const most = sql.lit(Math.min(limit, MAX_ROWS));
      // The holders, each found by one search of the index: there are few, and many operations.
      const free = sql<number>`with recursive holders (holder) as (
        select min(lease_holder) from operations where done = 0
        union all
        select (select min(lease_holder) from operations where done = 0 and lease_holder > holder)
        from holders where holder is not null
      ), gone (holder) as (
        select holder from holders
        where holder is not null and not ${lasts(database, sql.ref('holders.holder'))}
      ), without_holder (number) as (
        select number from operations
        where done = 0 and lease_holder is null and ${isUnleased} limit ${most}
      ), left_behind (number) as (
        select number from operations
        where done = 0 and lease_holder in (select holder from gone) and ${isUnleased} limit ${most}
      )
      select number from without_holder union all select number from left_behind limit ${most}`;
      const [{ rows }] = await database.commit(
        (db) => [
          db
            .updateTable('operations')
            .set({ lease_holder: instanceId })
            .where('number', 'in', sql<number>`(${free})`)
            .where(hasOwn)
            .returning('number')
            .compile(),
        ],
        SERIALISED,
      );
      return holdings(rows.map(({ number }) => number));
    },
    /**
     * Takes one operation, like `claim`; also one that this instance holds.
     * @returns null when another instance holds it, or the operation is unknown or no longer polled
     */
    async take(operationId: string): Promise<HeldOperation | null> {
      const [{ rows }] = await database.commit(
        (db) => [
          db
            .updateTable('operations')
            .set({ lease_holder: instanceId })
            .where('operation_id', '=', operationId)
            .where('done', '=', UNFINISHED)
            .where(isUnleased)
            .where(({ eb, or, not }) =>
              or([
                eb('lease_holder', 'is', null),
                eb('lease_holder', '=', instanceId),
                not(lasts(database, sql.ref('operations.lease_holder'))),
              ]),
            )
            .where(hasOwn)
            .returning('number')
            .compile(),
        ],
        SERIALISED,
      );
      const [found = null] = await holdings(rows.map(({ number }) => number));
      return found;
    },
    /**
     * Renews the lease of this instance on all operations that it holds. TAKEN when it had none, or when
     * it had expired: other instances may have taken some of the operations meanwhile.
     */
    async renew(leaseMs: number): Promise<'RENEWED' | 'TAKEN'> {
      const lease = {
        lease_ms: Math.ceil(leaseMs),
        lease_until: sql<number>`${now} + ${Math.ceil(leaseMs)}`,
      };
      const [renewed] = await database.commit(
        (db) => [
          db
            .updateTable('poll_leases')
            .set(lease)
            .where('holder', '=', instanceId)
            .where(hasOwn)
            .returning('holder')
            .compile(),
        ],
        SERIALISED,
      );
      if (renewed.rows.length > 0) return 'RENEWED';
      await database.commit(
        (db) => [
          db
            .deleteFrom('poll_leases')
            .where(sql<boolean>`not ${lasts(database, sql.ref('poll_leases.holder'))}`)
            .compile(),
          db
            .insertInto('poll_leases')
            .values({ holder: instanceId, ...lease })
            .onConflict((conflict) => conflict.column('holder').doUpdateSet(lease))
            .compile(),
        ],
        SERIALISED,
      );
      return 'TAKEN';
    },
    /** The unfinished operations with numbers above `after` that this instance holds, in their order. */
    held: (after: number, limit: number): Promise<readonly HeldNumber[]> =>
      database.read((db) =>
        db
          .selectFrom('operations')
          .select(['number', 'operation_id as operationId'])
          .where('done', '=', UNFINISHED)
          .where('lease_holder', '=', instanceId)
          .where('number', '>', after)
          .orderBy('number')
          .limit(Math.min(limit, MAX_ROWS))
          .execute(),
      ),
    /** Ends the lease of this instance. */
    async release(): Promise<void> {
      // Not a group commit, which waits longer for a locked file: this delays the shutdown.
      await database.write(async (trx) => {
        await database.serialiseAppends(trx, 'operation_entries');
        await trx.deleteFrom('poll_leases').where('holder', '=', instanceId).execute();
      });
    },
  };
}
