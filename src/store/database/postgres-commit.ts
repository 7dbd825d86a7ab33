import type { QueryResult } from 'kysely';
import { DatabaseError, type QueryResult as PgResult, type Pool, type QueryConfig } from 'pg';
import {
  CommitUnknownError,
  databaseFailure,
  isCanceled,
  isStalePlan,
  isStatementFault,
} from './failure.ts';
import type { CommitGroup } from './group-commit.ts';
import { execute } from './postgres-client.ts';
import { appendLocks, namedLocks, notifyAll } from './postgres-statements.ts';
import type { StatementNames } from './statement-names.ts';

type Reply = PromiseSettledResult<PgResult>;

export interface PipelineOptions {
  /** Its clients have `pipeline` set: all statements are sent before the first response arrives. */
  readonly pool: Pool;
  readonly names: StatementNames;
  /** See PostgresOptions. */
  readonly sender: string;
}

/** Commits a group in one round trip. */
export async function commitPipelined(
  group: CommitGroup,
  { pool, names, sender }: PipelineOptions,
): Promise<readonly QueryResult<unknown>[]> {
  const { locks, appends, queries, announcements } = group;
  // The append locks come last, as in interactive transactions, so that no two deadlock.
  const lockQueries = [
    ...(locks.length > 0 ? [namedLocks(locks)] : []),
    ...(appends.length > 0 ? [appendLocks(appends)] : []),
  ];
  const notify = announcements.length > 0 ? [notifyAll(sender, announcements)] : [];
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseFailure(error);
  });
  const send = (query: QueryConfig): Promise<PgResult> => execute(client, names.named(query));
  const replies = await Promise.allSettled([
    send({ text: 'begin' }),
    ...lockQueries.map(send),
    ...queries.map(({ sql, parameters }) => send({ text: sql, values: [...parameters] })),
    ...notify.map(send),
    send({ text: 'commit' }),
  ]);
  const commit = replies.at(-1);
  client.release(commit?.status === 'rejected');
  if (replies.some((reply) => isRejected(reply) && isStalePlan(reply.reason))) names.renew();
  const statements = replies.slice(1, -1);
  assertCommitted(replies[0], statements.slice(0, lockQueries.length), statements, commit);
  const start = lockQueries.length;
  return statements.slice(start, start + queries.length).flatMap(toQueryResults);
}

/** @throws the error for which PostgreSQL rolled back, or CommitUnknownError */
function assertCommitted(
  begin: Reply | undefined,
  locks: readonly Reply[],
  statements: readonly Reply[],
  commit: Reply | undefined,
): void {
  const failure = statements.find(isRejected)?.reason;
  if (begin?.status !== 'fulfilled') {
    if (isFatal(begin?.reason)) throw begin?.reason;
    // Either the connection broke, or each statement was committed on its own.
    throw new CommitUnknownError(begin?.reason);
  }
  if (commit?.status === 'fulfilled') {
    if (failure === undefined && commit.value.command === 'COMMIT') return;
    if (commit.value.command === 'COMMIT') throw new CommitUnknownError(failure);
    throw lockTimeout(locks) ?? failure ?? new Error('PostgreSQL rolled back without an error');
  }
  // The first statement that failed has aborted the transaction, even if the connection broke later.
  if (failure instanceof DatabaseError) throw lockTimeout(locks) ?? failure;
  if (isDefinite(commit?.reason)) throw commit?.reason;
  throw new CommitUnknownError(commit?.reason);
}

/** Nothing is wrong with the statements of a group that waited too long for a lock. */
function lockTimeout(locks: readonly Reply[]): Error | null {
  const reason = locks.find(isRejected)?.reason;
  return isCanceled(reason) ? databaseFailure(reason) : null;
}

/** A failed COMMIT has rolled back, unless the error only says that the server closes the connection. */
function isDefinite(error: unknown): boolean {
  return error instanceof DatabaseError && (error.severity === 'ERROR' || isStatementFault(error));
}

/** PostgreSQL closed the connection and executed nothing that was sent after the failed statement. */
function isFatal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'FATAL';
}

function isRejected(reply: Reply): reply is PromiseRejectedResult {
  return reply.status === 'rejected';
}

const writes = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

function toQueryResults(reply: Reply): QueryResult<unknown>[] {
  if (reply.status === 'rejected') return [];
  const { command, rowCount, rows } = reply.value;
  return [
    writes.has(command) && rowCount !== null
      ? { rows, numAffectedRows: BigInt(rowCount) }
      : { rows },
  ];
}

/** @throws TypeError for a value that pg cannot send */
export function assertPostgresValue(value: unknown): void {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return;
  if (value instanceof Date || value instanceof Uint8Array) return;
  if (!Array.isArray(value)) {
    throw new TypeError(`cannot bind a ${typeof value} to a PostgreSQL parameter`);
  }
  value.forEach(assertPostgresValue);
}
