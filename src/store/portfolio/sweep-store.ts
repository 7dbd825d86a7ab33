import { type Kysely, sql } from 'kysely';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import type { SweepStatus } from '../../domain/portfolio.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { keyOf } from './batch.ts';
import type { PortfolioSweepsTable } from './portfolio-tables.ts';

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

export interface UnseenSubscription {
  readonly customerId: string;
  readonly skuId: string;
  readonly subscriptionId: string;
}

export interface UnseenBilling {
  readonly key: BillingCustomerKey;
  readonly accountId: string;
}

export interface SeenRows {
  readonly kind: 'subscriptions' | 'billing customers';
  readonly rows: number;
  readonly unseen: number;
}

export interface SweepStore {
  /** The database's time in milliseconds since the epoch. */
  time(): Promise<number>;
  /**
   * Takes or renews the lease of the sweep.
   * @returns the state; null while another instance holds the lease
   */
  claimSweep(holder: string, leaseMs: number): Promise<SweepState | null>;
  /** Stores the state, unless another instance has taken the lease. @returns whether it was stored */
  saveSweep(holder: string, state: SweepState, leaseMs: number): Promise<boolean>;
  releaseSweep(holder: string): Promise<void>;
  sweepStatus(): Promise<Omit<SweepStatus, 'phase'> & { readonly phase: SweepState['phase'] }>;
  /** Rows of each kind that are not gone, and how many of them were last observed before a time. */
  seen(before: number): Promise<readonly SeenRows[]>;
  unseenSubscriptions(before: number, limit: number): Promise<readonly UnseenSubscription[]>;
  unseenBilling(before: number, limit: number): Promise<readonly UnseenBilling[]>;
  /** Reseller customers whose details were read before a time, those never read first. */
  staleResellerCustomers(before: number, limit: number): Promise<readonly string[]>;
  /** Accounts that were read before a time, those never read first. */
  staleAccounts(before: number, limit: number): Promise<readonly string[]>;
  /** Reseller customers of links that no list has returned yet. */
  unknownLinked(limit: number): Promise<readonly string[]>;
}

const CLOCK_TOLERANCE = 1_000;
const NAME = 'sweep';

export function sweepStore(database: Database): SweepStore {
  const until = (leaseMs: number) => sql<number>`${database.now} + ${Math.ceil(leaseMs)}`;
  return {
    async time() {
      return database.read(async (db) => {
        const { now } = await db.selectNoFrom(database.now.as('now')).executeTakeFirstOrThrow();
        return Number(now);
      });
    },
    async claimSweep(holder, leaseMs) {
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
    async saveSweep(holder, state, leaseMs) {
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
    async releaseSweep(holder) {
      await database.commit((db) => [
        db
          .updateTable('portfolio_sweeps')
          .set({ holder: null, held_until: 0 })
          .where('holder', '=', holder)
          .compile(),
      ]);
    },
    async sweepStatus() {
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
    ...unseenReads(database),
    ...staleReads(database),
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

type Unseen = Pick<SweepStore, 'seen' | 'unseenSubscriptions' | 'unseenBilling'>;

function unseenReads(database: Database): Unseen {
  const count = (table: 'portfolio_subscriptions' | 'portfolio_billing', before: number | null) =>
    database.read(async (db) => {
      const all = db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number | string>().as('count'))
        .where('gone', '=', 0);
      const query = before === null ? all : all.where('observed_at', '<', before);
      return Number((await query.executeTakeFirstOrThrow()).count);
    });
  return {
    async seen(before) {
      const [subscriptions, billing, unseen, unseenCustomers] = await Promise.all([
        count('portfolio_subscriptions', null),
        count('portfolio_billing', null),
        count('portfolio_subscriptions', before),
        count('portfolio_billing', before),
      ]);
      return [
        { kind: 'subscriptions', rows: subscriptions, unseen },
        { kind: 'billing customers', rows: billing, unseen: unseenCustomers },
      ];
    },
    async unseenSubscriptions(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_subscriptions')
          .select(['customer_id', 'sku_id', 'subscription_id'])
          .where('gone', '=', 0)
          .where('observed_at', '<', before)
          .orderBy('observed_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => ({
        customerId: row.customer_id,
        skuId: row.sku_id,
        subscriptionId: row.subscription_id,
      }));
    },
    async unseenBilling(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_billing')
          .select(['reseller_id', 'customer_id', 'account_id'])
          .where('gone', '=', 0)
          .where('observed_at', '<', before)
          .orderBy('observed_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => ({ key: keyOf(row), accountId: row.account_id }));
    },
  };
}

type Stale = Pick<SweepStore, 'staleResellerCustomers' | 'staleAccounts' | 'unknownLinked'>;

function staleReads(database: Database): Stale {
  return {
    async staleResellerCustomers(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_reseller')
          .select('customer_id')
          .where('gone', '=', 0)
          .where('details_at', '<', before)
          .orderBy('details_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.customer_id);
    },
    async staleAccounts(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_billing')
          .select('account_id')
          .where('gone', '=', 0)
          .where('account_id', '<>', '')
          .where('details_at', '<', before)
          .orderBy('details_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.account_id);
    },
    async unknownLinked(limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('customer_links as l')
          .leftJoin('portfolio_reseller as r', 'r.customer_id', 'l.reseller_customer_id')
          .select('l.reseller_customer_id')
          .where('r.customer_id', 'is', null)
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.reseller_customer_id);
    },
  };
}
