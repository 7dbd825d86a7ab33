import type { BillingCustomerKey } from '../../domain/customer.ts';
import type {
  Operation,
  OperationEntry,
  OperationKind,
  OperationStatus,
} from '../../domain/operation.ts';
import type { PageQuery } from '../database/pages.ts';

/** A mutation that starts an operation, as recorded before its call to billing. */
export interface Intent {
  readonly idempotencyKey: string;
  readonly kind: OperationKind;
  /** The request to repeat, as JSON of the domain's input. */
  readonly request: unknown;
  readonly resellerId: string | null;
  /** Null for an invitation or a creation: the customer has no id yet. */
  readonly customerId: string | null;
  /** The reseller customer to link to the billing customer when the operation succeeds. */
  readonly linkTo: string | null;
  /** The viewer's subject. Idempotency keys are unique per caller. */
  readonly caller: string;
  readonly createdAt: Date;
  /** The operation that the call started; null until billing's response is recorded. */
  readonly operationId: string | null;
}

/** An operation in its latest state, with its position in the list. */
export interface ListedOperation {
  /** Increases with every operation and stays the same while the operation changes. */
  readonly number: number;
  readonly entry: OperationEntry;
}

export interface OperationFilter {
  readonly customer?: BillingCustomerKey | undefined;
  /** Matches any of these statuses; an empty list matches nothing. */
  readonly statuses?: readonly OperationStatus[] | undefined;
}

/**
 * Every observed state of every operation, on disk. A write that resolves survives a crash. Every
 * method rejects with a GatewayError: UNAVAILABLE (retryable) when the database is unreachable, full,
 * locked or read-only, INTERNAL_SERVER_ERROR when the statement is wrong. Lists return at most
 * `limit` rows, and never more than 1000.
 */
export interface OperationJournal {
  /**
   * Records a request before it is sent. If the caller has used the key before, returns the earlier
   * intent instead; the caller of this method compares the two requests.
   */
  intend(intent: Omit<Intent, 'operationId'>): Promise<Intent>;
  /** Records the operation of an intent and its first state in one transaction. */
  started(caller: string, idempotencyKey: string, operation: Operation): Promise<OperationEntry>;
  /**
   * Whether an earlier intent with an unfinished operation is going to create a link to the same
   * reseller customer as this one.
   */
  isLinkAwaited(caller: string, idempotencyKey: string): Promise<boolean>;
  /** Deletes an intent that billing refused, so that its key can be used again. */
  refused(caller: string, idempotencyKey: string): Promise<void>;
  /**
   * Claims intents without an operation that no instance has touched for `olderThanMs`, oldest first.
   * No other instance can claim them for the same time.
   */
  interrupted(olderThanMs: number, limit?: number): Promise<readonly Intent[]>;
  /**
   * Appends a state unless it equals the latest one, or the latest one is final. Returns the entry
   * that is the latest afterwards.
   */
  append(operation: Operation): Promise<OperationEntry>;
  /** The latest entry of an operation; null when the journal does not have the operation. */
  latest(operationId: string): Promise<OperationEntry | null>;
  /** The latest entries of several operations, in the order of the ids. */
  latestMany(operationIds: readonly string[]): Promise<readonly (OperationEntry | null)[]>;
  /** The entries of one operation after `sequence`, oldest first. */
  after(operationId: string, sequence: number, limit?: number): Promise<readonly OperationEntry[]>;
  /**
   * The entries of all operations, or of one customer's, after `sequence`, oldest first. A sequence
   * becomes visible only after all lower ones, so a reader that continues from its last sequence
   * misses nothing.
   */
  changesAfter(
    filter: { readonly customer?: BillingCustomerKey | undefined },
    sequence: number,
    limit?: number,
  ): Promise<readonly OperationEntry[]>;
  /** The highest sequence; 0 for an empty journal. */
  lastSequence(): Promise<number>;
  /** Pages of operations in their latest state, newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]>;
  /** Leases unfinished operations that no instance holds to this instance. */
  claim(limit: number, leaseMs: number): Promise<readonly OperationEntry[]>;
  /**
   * Takes or renews one lease.
   * @returns false when another instance holds it, or the operation is unknown or finished
   */
  lease(operationId: string, leaseMs: number): Promise<boolean>;
  /** Renews all leases of this instance and returns the ids of the operations that it still holds. */
  renew(leaseMs: number): Promise<readonly string[]>;
  /** Releases all leases of this instance. */
  releaseAll(): Promise<void>;
}
