import { type Kysely, sql } from 'kysely';
import type { SweepStatus } from '../../domain/portfolio.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import type { PortfolioSweepsTable } from './portfolio-tables.ts';
import { sweepReads } from './sweep-reads.ts';

/** The state of the sweep, as the instance that holds its lease continues it. */
export interface SweepState {
  readonly phase: PortfolioSweepsTable['phase'];
  /** Where the phase continues. */
  readonly position: SweepPosition;
  /** Milliseconds since the epoch; 0 when no sweep is running. */
  readonly startedAt: number;
  /** When the last whole sweep began and ended; 0 before the first. */
  readonly asOf: number;
  readonly finishedAt: number;
}

export interface SweepPosition {
  readonly pageToken: string | null;
  /** Index of the reseller whose customers are read. */
  readonly reseller: number;
}

const CLOCK_TOLERANCE = 1_000;
const NAME = 'sweep';

export function sweepStore(database: Database) {
  const until = (leaseMs: number) => sql<number>`${database.now} + ${Math.ceil(leaseMs)}`;
  return {
    /** The database's time in milliseconds since the epoch. */
    async time(): Promise<number> {
      return database.read(async (db) => {
        const { now } = await db.selectNoFrom(database.now.as('now')).executeTakeFirstOrThrow();
        return Number(now);
      });
    },
    /**
     * Takes or renews the lease of the sweep.
     * @returns the state; null while another instance holds the lease
     */
    async claimSweep(holder: string, leaseMs: number): Promise<SweepState | null> {
      const [, { rows }] = await database.commit((db) => [
        insertSweep(db),
        db
          .updateTable('portfolio_sweeps')
          .set({ holder, held_until: until(leaseMs) })
          .where('name', '=', NAME)
          .where(({ eb, or }) =>
            or([
              eb('holder', '=', holder),
              eb('held_until', '<=', database.now),
              // Taken before the clock was set back.
              eb('held_until', '>', until(leaseMs + CLOCK_TOLERANCE)),
            ]),
          )
          .returningAll()
          .compile(),
      ]);
      const [row] = rows;
      return row ? toState(row) : null;
    },
    /** Stores the state, unless another instance has taken the lease. @returns whether it was stored */
    async saveSweep(holder: string, state: SweepState, leaseMs: number): Promise<boolean> {
      const [{ rows }] = await database.commit((db) => [
        db
          .updateTable('portfolio_sweeps')
          .set({
            phase: state.phase,
            position: JSON.stringify(state.position),
            started_at: state.startedAt,
            as_of: state.asOf,
            finished_at: state.finishedAt,
            held_until: until(leaseMs),
          })
          .where('name', '=', NAME)
          .where('holder', '=', holder)
          .returning('name')
          .compile(),
      ]);
      return rows.length > 0;
    },
    async releaseSweep(holder: string): Promise<void> {
      await database.commit((db) => [
        db
          .updateTable('portfolio_sweeps')
          .set({ holder: null, held_until: 0 })
          .where('holder', '=', holder)
          .compile(),
      ]);
    },
    async sweepStatus(): Promise<SweepStatus & { readonly phase: SweepState['phase'] }> {
      const row = await database.read((db) =>
        db.selectFrom('portfolio_sweeps').selectAll().where('name', '=', NAME).executeTakeFirst(),
      );
      if (!row) return { phase: 'IDLE', startedAt: null, asOf: null, finishedAt: null };
      const date = (time: number): Date | null => (time === 0 ? null : new Date(time));
      return {
        phase: row.phase,
        startedAt: date(row.started_at),
        asOf: date(row.as_of),
        finishedAt: date(row.finished_at),
      };
    },
    ...sweepReads(database),
  };
}

function insertSweep(db: Kysely<Tables>) {
  return db
    .insertInto('portfolio_sweeps')
    .values({
      ...{ name: NAME, phase: 'IDLE', position: '{}', holder: null, held_until: 0 },
      ...{ started_at: 0, as_of: 0, finished_at: 0 },
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .compile();
}

function toState(row: PortfolioSweepsTable): SweepState {
  const position: Partial<SweepPosition> = Object(JSON.parse(row.position));
  return {
    phase: row.phase,
    position: { pageToken: position.pageToken ?? null, reseller: position.reseller ?? 0 },
    startedAt: row.started_at,
    asOf: row.as_of,
    finishedAt: row.finished_at,
  };
}
