import { type Kysely, type Selectable, sql } from 'kysely';
import type { TraceContext } from '../../domain/tracing.ts';
import type { WriteChange, WriteRecord } from '../../domain/write.ts';
import type { Database } from '../database/database.ts';
import type { Tables, WritesTable } from '../database/tables.ts';
import { decodeTrace } from '../database/trace-column.ts';

/** A write with what decides about repeating it. Ages are by the database's clock. */
export interface StoredWrite {
  readonly record: WriteRecord;
  readonly target: string;
  readonly requestHash: string;
  /** Null once the outcome is known. */
  readonly request: unknown;
  readonly snapshot: unknown;
  readonly upstreamKey: string;
  readonly linkTo: string | null;
  /** The trace of the request that sent the write; null when it was not traced. */
  readonly trace: TraceContext | null;
  readonly attempts: number;
  /** Milliseconds for which a call of this write may still be on its way; 0 when none can be. */
  readonly heldForMs: number;
  readonly ageMs: number;
  readonly isSuperseded: boolean;
  /** Whether the outcome was never delivered to a client. */
  readonly isOwed: boolean;
}

export type WriteRow = Selectable<WritesTable> & { readonly now: number };

/** Rows of writes with the database's time. */
export function writeRows(database: Database, db: Kysely<Tables>) {
  return db.selectFrom('writes').selectAll().select(database.now.as('now'));
}

export function toStoredWrite(row: WriteRow): StoredWrite {
  return {
    record: toRecord(row),
    target: row.target,
    requestHash: row.request_hash,
    request: fromJson(row.request),
    snapshot: fromJson(row.snapshot),
    upstreamKey: row.upstream_key,
    linkTo: row.link_to,
    trace: decodeTrace(row.trace_context),
    attempts: row.attempts,
    heldForMs: Math.max(0, row.held_until - row.now),
    ageMs: row.now - row.recorded_at,
    isSuperseded: row.superseded === 1,
    isOwed: row.owed === 1,
  };
}

export function toRecord(row: Selectable<WritesTable>): WriteRecord {
  const { error_code: code, error_message: message } = row;
  return {
    id: row.id,
    number: row.number,
    viewer: row.viewer,
    agent: row.agent,
    mutation: row.mutation,
    target: {
      resellerId: row.reseller_id,
      customerId: row.customer_id,
      resellerCustomerId: row.reseller_customer_id,
      skuId: row.sku_id,
    },
    input: fromJson(row.input),
    outcome: row.state,
    failure: code === null ? null : { code, message: message ?? '' },
    operationId: row.operation_id,
    idempotencyKey: row.idempotency_key,
    requestId: row.request_id,
    recordedAt: new Date(row.recorded_at),
    settledAt: row.settled_at === null ? null : new Date(row.settled_at),
    sequence: row.sequence ?? undefined,
  };
}

/** Rows that have a sequence, as entries of the feed. */
export function toChanges(rows: readonly Selectable<WritesTable>[]): readonly WriteChange[] {
  return rows.flatMap((row) =>
    row.sequence === null ? [] : [{ ...toRecord(row), sequence: row.sequence }],
  );
}

function fromJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** Writes whose outcome is not known. Literals: a parameter would not match the partial indexes. */
export const isUnsettled = sql<boolean>`state in ('PENDING', 'UNKNOWN')`;
/** Writes that a new write on the same target must consider. */
export const isOpen = sql<boolean>`(state in ('PENDING', 'UNKNOWN') or owed = 1)`;
