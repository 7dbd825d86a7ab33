import type { Generated } from 'kysely';
import type { NotificationType, OTHER_TYPE } from '../../domain/notification.ts';
import type { OperationKind, OperationStatus } from '../../domain/operation.ts';

/** One row per operation. Times are milliseconds since the epoch, by the database's clock. */
export interface OperationsTable {
  /** Running number in the order in which the operations were first seen. */
  number: Generated<number>;
  operation_id: string;
  status: OperationStatus;
  /** 0 or 1: SQLite has no booleans. */
  done: number;
  /** The customer that it is about: both or neither. */
  reseller_id: string | null;
  customer_id: string | null;
  first_seen_at: number;
  latest_sequence: number;
  lease_holder: string | null;
  /** 0 when nobody holds it. */
  lease_until: number;
}

/** One row per observed state, never changed. */
export interface EntriesTable {
  sequence: Generated<number>;
  operation_number: number;
  /** The operation's customer, as far as it was known by then: so that one index serves a customer. */
  reseller_id: string | null;
  customer_id: string | null;
  /** The whole operation in JSON. */
  state: string;
}

/** One row per mutation that starts an operation, written before the call goes out. */
export interface IntentsTable {
  number: Generated<number>;
  caller: string;
  idempotency_key: string;
  kind: OperationKind;
  request: string;
  reseller_id: string | null;
  customer_id: string | null;
  created_at: number;
  /** When somebody last set out to send it, by the database's clock. */
  touched_at: number;
  operation_id: string | null;
  /** The reseller customer to link the billing customer to when the operation has succeeded. */
  link_to: string | null;
}

/** One row per billing customer that is a reseller customer; either stands in one row at most. */
export interface CustomerLinksTable {
  reseller_id: string;
  customer_id: string;
  reseller_customer_id: string;
}

/** One row per notification, never changed. */
export interface NotificationsTable {
  sequence: Generated<number>;
  message_id: string;
  type: NotificationType | typeof OTHER_TYPE;
  /** The reseller API's id; null in a message that is not understood. */
  customer_id: string | null;
  received_at: number;
  /** The whole notification in JSON. */
  notification: string;
}

export interface Tables {
  operations: OperationsTable;
  operation_entries: EntriesTable;
  operation_intents: IntentsTable;
  customer_links: CustomerLinksTable;
  notifications: NotificationsTable;
}
