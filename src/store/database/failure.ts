import type { DatabaseError } from 'pg';
import { GatewayError } from '../../domain/error.ts';
import { databaseFailed } from '../../domain/telemetry.ts';

/** SQLite result codes for faults in the statement. https://sqlite.org/rescode.html */
const sqliteFaults = new Set([1, 18, 19, 20, 21, 25]);
/** SQLSTATE classes for faults in the statement: feature, cardinality, data, constraint, syntax. */
const postgresFaults = new Set(['0A', '21', '22', '23', '42']);
/** In class 42, but a revoked privilege is a condition of the database. */
const INSUFFICIENT_PRIVILEGE = '42501';
/** Serialization failures and deadlocks. */
const TRANSACTION_ROLLBACK = '40';
const FEATURE_NOT_SUPPORTED = '0A000';
/** The statement timeout, or a request to cancel the statement. */
const QUERY_CANCELED = '57014';

/** PostgreSQL stores every character but NUL. The store never writes NUL, so the input holds it. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/**
 * The connection was lost after a commit was submitted: it may or may not have been committed.
 * Not retryable, because a repeated commit could be executed twice.
 */
export class CommitUnknownError extends GatewayError {
  constructor(cause: unknown) {
    const message =
      "The gateway's database did not confirm the change; check whether it was made before you repeat it.";
    super('UNAVAILABLE', message, { retryable: false, cause });
    this.name = 'CommitUnknownError';
  }
}

/** Whether PostgreSQL reported the error, by its form: `pg` is loaded only when it is used. */
function isPostgresError(error: unknown): error is DatabaseError {
  return error instanceof Error && error.name === 'error' && 'length' in error;
}

/** The primary result code of an error of node:sqlite; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Whether another connection held the lock of an SQLite file. */
export function isSqliteLocked(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/**
 * Translates a database failure: UNAVAILABLE (retryable) when the same call may succeed later,
 * BAD_USER_INPUT when the input holds text that no row can hold, INTERNAL_SERVER_ERROR when the
 * gateway is at fault. Keeps the failure as the cause.
 */
export function databaseFailure(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const failure = translated(cause);
  databaseFailed.publish({ code: failure.code });
  return failure;
}

function translated(cause: unknown): GatewayError {
  if (isPostgresError(cause) && cause.code === CHARACTER_NOT_IN_REPERTOIRE) {
    return new GatewayError('BAD_USER_INPUT', 'Text must not contain the character U+0000.', {
      cause,
    });
  }
  if (isOurFault(cause)) {
    return new GatewayError('INTERNAL_SERVER_ERROR', "A query of the gateway's database failed.", {
      cause,
    });
  }
  const message = "The gateway's database is unavailable; try again later.";
  return new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
}

/** Whether the database rolled back because of one of the statements, not because of its own state. */
export function isStatementFault(error: unknown): boolean {
  if (isConflict(error) || isCanceled(error)) return true;
  return (isPostgresError(error) || sqliteCode(error) !== null) && isOurFault(error);
}

/** Whether PostgreSQL rolled back because of a concurrent transaction or migration. */
export function isConflict(error: unknown): boolean {
  if (isStalePlan(error)) return true;
  return isPostgresError(error) && error.code?.slice(0, 2) === TRANSACTION_ROLLBACK;
}

/** Whether a migration has changed the columns that a prepared statement returns. */
export function isStalePlan(error: unknown): boolean {
  if (!isPostgresError(error)) return false;
  return error.code === FEATURE_NOT_SUPPORTED && error.routine === 'RevalidateCachedQuery';
}

/** Whether PostgreSQL cancelled the statement, usually because it ran into the statement timeout. */
export function isCanceled(error: unknown): boolean {
  return isPostgresError(error) && error.code === QUERY_CANCELED;
}

function isOurFault(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code !== null) return sqliteFaults.has(code);
  if (isPostgresError(error) && error.code !== undefined) {
    return error.code !== INSUFFICIENT_PRIVILEGE && postgresFaults.has(error.code.slice(0, 2));
  }
  return !(error instanceof Error) || error instanceof TypeError || error instanceof RangeError;
}

/** Whether the database did not say whether it committed. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof CommitUnknownError;
}

const UNIQUE_VIOLATION = '23505';
/** SQLITE_CONSTRAINT. */
const SQLITE_CONSTRAINT = 19;

/** Whether a statement failed because a unique index has the value already. */
export function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof GatewayError ? error.cause : error;
  if (isPostgresError(cause)) return cause.code === UNIQUE_VIOLATION;
  return sqliteCode(cause) === SQLITE_CONSTRAINT;
}
