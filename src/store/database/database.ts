import type { Kysely, RawBuilder, Transaction } from 'kysely';
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
  /** Runs `work` in a transaction; runs it again after a rollback when the database was locked. */
  write<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * Lets one transaction at a time append to a table, so that sequences become visible in order.
   * Call it before the transaction takes its first sequence.
   */
  serialiseAppends(trx: Transaction<Tables>, table: AppendOnlyTable): Promise<void>;
  /** Sends a change to the other instances when `trx` commits. */
  announce(trx: Transaction<Tables>, change: string): Promise<void>;
  close(): Promise<void>;
}

export type AppendOnlyTable = 'operation_entries' | 'notifications';

/** Receives one change; null when any number of changes may have been missed. */
export type ChangeListener = (change: string | null) => void;

/** The part of a logger that the store uses. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
