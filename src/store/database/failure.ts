import { DatabaseError } from 'pg';
import { GatewayError } from '../../domain/error.ts';

/** SQLite result codes that blame the statement, not the database. https://sqlite.org/rescode.html */
const sqliteFaults = new Set([1, 18, 19, 20, 21, 25]);
/** SQLSTATE classes that do: feature, cardinality, data, constraint, syntax. */
const postgresFaults = new Set(['0A', '21', '22', '23', '42']);
/** Class 42 too, but a right that was taken away is the database's condition. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** PostgreSQL holds every character but NUL; the store writes none, so it came with a question. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

export const SQLITE_BUSY = 5;
export const SQLITE_LOCKED = 6;

/** The primary result code of an error of node:sqlite; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/**
 * What a client may know of a failure of the database: UNAVAILABLE (retryable) when the same call may
 * succeed later, BAD_USER_INPUT when it asks for text that no row can hold, INTERNAL_SERVER_ERROR when
 * the gateway is at fault. The failure itself is the cause.
 */
export function databaseFailure(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (cause instanceof DatabaseError && cause.code === CHARACTER_NOT_IN_REPERTOIRE) {
    return new GatewayError('BAD_USER_INPUT', 'Text must not hold the character U+0000.', {
      cause,
    });
  }
  if (isOurFault(cause)) {
    return new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway could not use its database.', {
      cause,
    });
  }
  const message = "The gateway's own database is not available now.";
  return new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
}

function isOurFault(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code !== null) return sqliteFaults.has(code);
  if (error instanceof DatabaseError && error.code !== undefined) {
    return error.code !== INSUFFICIENT_PRIVILEGE && postgresFaults.has(error.code.slice(0, 2));
  }
  return !(error instanceof Error) || error instanceof TypeError || error instanceof RangeError;
}
