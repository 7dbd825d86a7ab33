import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { WriteFailure } from '../../domain/write.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import type { CommitResults, Database } from '../database/database.ts';
import { inStatementSpan } from '../database/statement-span.ts';
import type { Tables } from '../database/tables.ts';
import { encodeTrace } from '../database/trace-column.ts';
import type { NewWrite } from './new-write.ts';

/** The columns that hold what a write says about itself. */
export const recordedColumns = [
  ...(['id', 'viewer', 'agent', 'mutation', 'target', 'reseller_id', 'customer_id'] as const),
  ...(['reseller_customer_id', 'sku_id', 'request_hash', 'request', 'snapshot', 'input'] as const),
  ...(['idempotency_key', 'upstream_key', 'link_to', 'request_id', 'trace_context'] as const),
] as const;

export type RecordedValues = ReturnType<typeof recordedValues>;

export function recordedValues(write: NewWrite) {
  return {
    id: write.id,
    viewer: write.viewer,
    agent: write.agent,
    mutation: write.mutation,
    target: write.serialiseOn,
    reseller_id: write.target.resellerId,
    customer_id: write.target.customerId,
    reseller_customer_id: write.target.resellerCustomerId,
    sku_id: write.target.skuId,
    request_hash: write.requestHash,
    request: JSON.stringify(write.request),
    snapshot: write.snapshot === null ? null : JSON.stringify(write.snapshot),
    input: JSON.stringify(write.input),
    idempotency_key: write.idempotencyKey,
    upstream_key: write.upstreamKey,
    link_to: write.linkTo,
    request_id: write.requestId,
    trace_context: encodeTrace(write.trace),
  } satisfies Record<(typeof recordedColumns)[number], string | null>;
}

/** The columns that recording sets. */
export function columnsOf(database: Database, write: NewWrite) {
  return { ...recordedValues(write), recorded_at: database.now, superseded: 0 } as const;
}

/**
 * The highest sequence; 0 when no outcome is stored. SQLite uses a partial index only for a query that
 * repeats its condition.
 */
export const lastSequence = sql<number>`(select coalesce(max(sequence), 0) from writes
  where sequence is not null)`;

/** Only in a commit that appends to `writes` (see `commitOutcome`). */
export const nextSequence = sql<number>`${lastSequence} + 1`;

/**
 * Commits statements that store outcomes, and publishes the write's id to the readers of the feed.
 * Publishes also after a failure: the database may have committed.
 */
export async function commitOutcome<const Q extends readonly CompiledQuery<unknown>[]>(
  database: Database,
  changes: Changes,
  id: string,
  build: (db: Kysely<Tables>) => Q,
): Promise<CommitResults<Q>> {
  try {
    return await inStatementSpan(database, 'UPDATE', 'writes', () =>
      database.commit(build, {
        appends: ['writes'],
        announcements: [announcementOf('write', id)],
      }),
    );
  } finally {
    changes.publish('write', id);
  }
}

/** The columns that every settled write has: nothing may send it again. */
function settledColumns(database: Database) {
  return {
    ...{ request: null, snapshot: null, holder: null, held_until: 0, settled_at: database.now },
    sequence: nextSequence,
  };
}

export function doneColumns(
  database: Database,
  operationId: string | null | RawBuilder<string | null>,
) {
  return {
    ...settledColumns(database),
    ...{ state: 'DONE' as const, owed: 1, error_code: null, error_message: null },
    operation_id: operationId,
  };
}

export function refusedColumns(database: Database, failure: WriteFailure) {
  return {
    ...settledColumns(database),
    ...{ state: 'REFUSED' as const, owed: 0 },
    ...failureColumns(failure),
  };
}

export function failureColumns({ code, message }: WriteFailure) {
  return { error_code: code, error_message: message };
}

/** The lock that serialises the writes on a target. */
export function lockName(target: string): string {
  return `write ${target}`;
}
