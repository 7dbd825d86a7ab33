export type SqliteValue = string | number | bigint | null;

export interface SqliteStatement {
  readonly sql: string;
  readonly parameters: readonly SqliteValue[];
}

export interface SqliteResult {
  readonly columns: readonly string[];
  /** The values of each row, in the order of the columns: see `SqliteSession`. */
  readonly rows: readonly unknown[];
  /** Undefined for a statement that returns rows. */
  readonly changes?: number | bigint;
}

/**
 * What a connection does with the statements of a call:
 * - `execute` runs them without regard to transactions;
 * - `transact` runs them in a transaction of their own and commits it, or rolls it back;
 * - `begin`, `commit` and `rollback` take no statements and control an interactive transaction;
 * - `continue` runs them in the interactive transaction, and fails when that has ended.
 */
export type SqliteAction = 'execute' | 'transact' | 'begin' | 'continue' | 'commit' | 'rollback';

/** Calls are executed in order. Errors of SQLite have a numeric `errcode`. */
export interface SqliteConnection {
  /** @returns one result per statement */
  run(
    action: SqliteAction,
    statements?: readonly SqliteStatement[],
  ): Promise<readonly SqliteResult[]>;
  close(): Promise<void>;
}

/** Identifies a file, whatever its path. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

export interface SqliteOptions {
  /** An absolute path or `:memory:`. */
  readonly file: string;
  /** Whether the connection may write. */
  readonly isReader: boolean;
  /** The file that must be found at the path; null accepts or creates any file. */
  readonly identity: FileIdentity | null;
}

/** @throws TypeError for a value that SQLite cannot store */
export function assertSqliteValue(value: unknown): asserts value is SqliteValue {
  if (value === null || ['string', 'number', 'bigint'].includes(typeof value)) return;
  throw new TypeError(`cannot bind a ${typeof value} to an SQLite parameter`);
}
