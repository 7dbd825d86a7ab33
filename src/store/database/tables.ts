import type { Generated } from 'kysely';
import type { NotificationType, OTHER_TYPE } from '../../domain/notification.ts';
import type { OperationKind, OperationStatus } from '../../domain/operation.ts';

/** One row per operation. Times are milliseconds since the epoch, by the database's clock. */
export interface OperationsTable {
  /** Increases in the order in which the operations were first seen. */
  number: Generated<number>;
  operation_id: string;
  status: OperationStatus;
  /** 0 or 1: SQLite has no booleans. */
  done: number;
  /** The operation's customer: both columns are set, or neither. */
  reseller_id: string | null;
  customer_id: string | null;
  first_seen_at: number;
  latest_sequence: number;
  lease_holder: string | null;
  /** 0 when no instance holds the lease. */
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

/** One row per mutation that starts an operation, written before its call to billing. */
export interface IntentsTable {
  number: Generated<number>;
  caller: string;
  idempotency_key: string;
  kind: OperationKind;
  request: string;
  reseller_id: string | null;
  customer_id: string | null;
  created_at: number;
  /** When an instance last started to send it, by the database's clock. */
  touched_at: number;
  operation_id: string | null;
  /** The reseller customer to link to the billing customer when the operation succeeds. */
  link_to: string | null;
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

export interface Tables {
  operations: OperationsTable;
  operation_entries: EntriesTable;
  operation_intents: IntentsTable;
  customer_links: CustomerLinksTable;
  notifications: NotificationsTable;
}
