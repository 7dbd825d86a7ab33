import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/**
 * What SQLite and PostgreSQL have in common for the store. Every failure leaves `read` and `write` as
 * a GatewayError: UNAVAILABLE and retryable when the database is to blame, INTERNAL_SERVER_ERROR
 * when the statement is.
 */
export interface Database {
  readonly kind: DatabaseKind;
  /** The time in milliseconds since the epoch, by the clock that all instances share. */
  readonly now: RawBuilder<number>;
  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction. It may run again, after a rollback, when the database is locked. */
  write<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * Lets one transaction at a time append to a table, so that sequences become visible in their
   * order: called before the first sequence is taken.
   */
  serialiseAppends(trx: Transaction<Tables>, table: AppendOnlyTable): Promise<void>;
  /** Tells the other instances, when `trx` commits, what changed. */
  announce(trx: Transaction<Tables>, change: string): Promise<void>;
  close(): Promise<void>;
}

export type AppendOnlyTable = 'operation_entries' | 'notifications';

/** Hears of changes made elsewhere; null when any number of them may have been missed. */
export type ChangeListener = (change: string | null) => void;

/** The part of a logger that the store uses. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
