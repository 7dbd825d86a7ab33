import type { Generated } from 'kysely';
import type { ErrorCode } from '../../domain/error.ts';
import type { NotificationType, OTHER_TYPE } from '../../domain/notification.ts';
import type { OperationKind, OperationStatus } from '../../domain/operation.ts';
import type { WriteMutation, WriteOutcome } from '../../domain/write.ts';
import type { PortfolioTables } from '../portfolio/portfolio-tables.ts';

/** One row per operation. Times are milliseconds since the epoch, by the database's clock. */
export interface OperationsTable {
  /** Increases in the order in which the operations were first seen. */
  number: Generated<number>;
  operation_id: string;
  status: OperationStatus;
  /** 0 while the operation is polled, 1 when it is final or given up. SQLite has no booleans. */
  done: number;
  /** The operation's customer: both columns are set, or neither. */
  reseller_id: string | null;
  customer_id: string | null;
  first_seen_at: number;
  /** As in the latest entry; null when an earlier version of the gateway wrote it. */
  kind: OperationKind | null;
  /** When billing says that it started, otherwise `first_seen_at`; null like `kind`. */
  started_at: number | null;
  latest_sequence: number;
  /** The trace of the write that started it (see `encodeTrace`); null when it was not traced. */
  trace_context: string | null;
  /** The instance that polls it, as long as its lease in `poll_leases` lasts. */
  lease_holder: string | null;
  /** Set by earlier versions, whose instances have a lease on each operation. */
  lease_until: Generated<number>;
}

/** One row per instance that polls operations. Times are by the database's clock. */
export interface PollLeasesTable {
  holder: string;
  /** The length of the lease. */
  lease_ms: number;
  lease_until: number;
}

/** One row per observed state; rows are never updated. */
export interface EntriesTable {
  sequence: Generated<number>;
  operation_number: number;
  /** The operation's customer as known at that time; here so that one index finds a customer's entries. */
  reseller_id: string | null;
  customer_id: string | null;
  /** The operation as JSON. */
  state: string;
}

/** One row per write: a mutation that changes something at a vendor. Recorded before its call. */
export interface WritesTable {
  number: Generated<number>;
  id: string;
  viewer: string;
  agent: string | null;
  mutation: WriteMutation;
  /** The object that writes are serialised on. */
  target: string;
  reseller_id: string | null;
  customer_id: string | null;
  reseller_customer_id: string | null;
  sku_id: string | null;
  request_hash: string;
  /** The request as JSON, to send again or to compare with; null once the outcome is known. */
  request: string | null;
  /** What was read before a reseller write was sent, as JSON, to tell whether it was carried out. */
  snapshot: string | null;
  /** The input as JSON, without personal data and tokens. */
  input: string;
  idempotency_key: string;
  /** The key sent to billing: random, made once, the same for every attempt. */
  upstream_key: string;
  /** The reseller customer to link to the billing customer when the operation succeeds. */
  link_to: string | null;
  state: WriteOutcome;
  /** Attempts that were allowed to leave. */
  attempts: number;
  /** The attempt that may be on its way; null when none is. */
  holder: string | null;
  /** Until when the holder's call may be on its way; 0 when no attempt holds the write. */
  held_until: number;
  /** 1 when a different request on the target was recorded later: it is never sent again. */
  superseded: number;
  /** 1 until the outcome was delivered to a client. */
  owed: number;
  error_code: ErrorCode | null;
  error_message: string | null;
  operation_id: string | null;
  request_id: string;
  /** The trace of the request (see `encodeTrace`); null when it was not traced. */
  trace_context: string | null;
  recorded_at: number;
  settled_at: number | null;
  /** Increases with every outcome that is stored, across all writes; null while the write is pending. */
  sequence: number | null;
}

/** One row per linked pair; each customer is in at most one row. */
export interface CustomerLinksTable {
  reseller_id: string;
  customer_id: string;
  reseller_customer_id: string;
}

/** One row per notification; rows are never updated. */
export interface NotificationsTable {
  sequence: Generated<number>;
  message_id: string;
  type: NotificationType | typeof OTHER_TYPE;
  /** The reseller API's id; null when the message does not name a customer. */
  customer_id: string | null;
  received_at: number;
  /** The notification as JSON. */
  notification: string;
}

export interface Tables extends PortfolioTables {
  operations: OperationsTable;
  operation_entries: EntriesTable;
  poll_leases: PollLeasesTable;
  writes: WritesTable;
  customer_links: CustomerLinksTable;
  notifications: NotificationsTable;
}
