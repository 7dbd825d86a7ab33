import type { CompiledQuery, Kysely, QueryResult, RawBuilder, Transaction } from 'kysely';
import type { CancelSignal } from '../../domain/cancellation.ts';
import type { Tables } from './tables.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/**
 * The interface that the store uses for both SQLite and PostgreSQL. `read` and `write` reject with a
 * GatewayError: UNAVAILABLE (retryable) when the database fails, INTERNAL_SERVER_ERROR when the
 * statement is wrong.
 */
export interface Database {
  readonly kind: DatabaseKind;
  /** The database's time in milliseconds since the epoch: the clock that all instances share. */
  readonly now: RawBuilder<number>;
  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** As `read`, for a query that is compiled already: this takes a fraction of the time. */
  select<Row>(query: CompiledQuery<Row>): Promise<Row[]>;
  /**
   * Runs `work` in a transaction of its own, one statement per round trip; runs it again after a
   * rollback when the database was locked. Use `commit` when no statement depends on the result of
   * an earlier one.
   */
  write<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * Executes statements atomically and in order, in one round trip. They may share a transaction
   * with commits of other callers.
   * @param build compiles the statements; it cannot execute any
   * @returns one result per statement
   * @throws GatewayError UNAVAILABLE when nothing was committed; CommitUnknownError when the database
   *   did not say whether it committed; the reason of `options.signal` when that cancelled it
   */
  commit<const Q extends readonly CompiledQuery<unknown>[]>(
    build: (db: Kysely<Tables>) => Q,
    options?: CommitOptions,
  ): Promise<CommitResults<Q>>;
  /**
   * Takes the same locks as `CommitOptions.locks` until `trx` ends. Call it once, before
   * `serialiseAppends`: transactions that take locks in different orders can deadlock.
   */
  lock(trx: Transaction<Tables>, names: readonly string[]): Promise<void>;
  /**
   * Lets one transaction at a time take sequences of a table, so that they become visible in order.
   * Call it before the transaction takes its first sequence.
   */
  serialiseAppends(trx: Transaction<Tables>, table: AppendOnlyTable): Promise<void>;
  /** Sends a change to the other instances when `trx` commits. */
  announce(trx: Transaction<Tables>, change: string): Promise<void>;
  /** Completes the commits that are waiting, then closes all connections. */
  close(): Promise<void>;
}

export interface CommitOptions {
  /**
   * Names to serialise on: transactions with a common name run one after the other (PostgreSQL
   * advisory locks; SQLite has one writer anyway).
   */
  readonly locks?: readonly string[] | undefined;
  /** Tables whose sequences must become visible in order (see `serialiseAppends`). */
  readonly appends?: readonly AppendOnlyTable[] | undefined;
  /** Changes to send to the other instances with the commit (see `announce`). */
  readonly announcements?: readonly string[] | undefined;
  /** Cancels the commit while it waits for its turn, but not after it is submitted. */
  readonly signal?: CancelSignal | undefined;
}

/** The result of each query of a commit, with the row type of that query. */
export type CommitResults<Q extends readonly CompiledQuery<unknown>[]> = {
  readonly [K in keyof Q]: QueryResult<Q[K] extends CompiledQuery<infer Row> ? Row : never>;
};

export type AppendOnlyTable =
  | 'operation_entries'
  | 'notifications'
  | 'writes'
  | 'portfolio_changes';

/** Receives one change; null when any number of changes may have been missed. */
export type ChangeListener = (change: string | null) => void;

/** The part of a logger that the store uses. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
