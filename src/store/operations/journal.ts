import type { BillingCustomerKey } from '../../domain/customer.ts';
import type {
  Operation,
  OperationEntry,
  OperationKind,
  OperationStatus,
} from '../../domain/operation.ts';

import type { PageQuery } from '../database/pages.ts';

/** A mutation that starts an operation, as it was before its call went out. */
export interface Intent {
  readonly idempotencyKey: string;
  readonly kind: OperationKind;
  /** The request to repeat: JSON of the domain's input. */
  readonly request: unknown;
  /** The customer that it is about; an invited one has no id yet. */
  readonly resellerId: string | null;
  readonly customerId: string | null;
  /** The reseller customer to link the billing customer to when the operation has succeeded. */
  readonly linkTo: string | null;
  /** Who asked; idempotency keys are unique within a caller. */
  readonly caller: string;
  readonly createdAt: Date;
  /** The operation that it started; null as long as that is not known. */
  readonly operationId: string | null;
}

/** The newest state of an operation, at the operation's place in the list. */
export interface ListedOperation {
  /** The operation's running number: grows with every operation, does not change with its states. */
  readonly number: number;
  readonly entry: OperationEntry;
}

export interface OperationFilter {
  readonly customer?: BillingCustomerKey | undefined;
  /** Any of them; none of them means no operation. */
  readonly statuses?: readonly OperationStatus[] | undefined;
}

/**
 * Every state of every operation that was seen, kept on disk. A promise that is kept means that the
 * data is there after a crash. Every method fails with GatewayError: UNAVAILABLE (retryable) when
 * the database is gone, full, locked or read-only, INTERNAL_SERVER_ERROR when the gateway is wrong.
 * Lists give at most `limit` rows, and never more than 1000.
 */
export interface DurableJournal {
  /**
   * Keeps what is about to be asked. When the caller used the key before, it gives what was kept
   * then, maybe with its operation: whether that is the same request is the caller's to compare.
   */
  intend(intent: Omit<Intent, 'operationId'>): Promise<Intent>;
  /** Ties the operation to its intent, and appends its first state, both or neither. */
  started(caller: string, idempotencyKey: string, operation: Operation): Promise<OperationEntry>;
  /**
   * Whether an intent that was kept before this one, and whose operation is not over, is to end with
   * a link to the same reseller customer.
   */
  isLinkAwaited(caller: string, idempotencyKey: string): Promise<boolean>;
  /** The backend said no: there is nothing to recover, and the key is free again. */
  refused(caller: string, idempotencyKey: string): Promise<void>;
  /**
   * Intents that came to nothing and that nobody set out to send for `olderThanMs`, oldest first. To
   * ask for them is to set out: no other instance is given them for as long.
   */
  interrupted(olderThanMs: number, limit?: number): Promise<readonly Intent[]>;
  /**
   * Adds a state, unless it equals the latest one, or that is final: then it is a reading that comes
   * late. Gives the entry that now is the latest.
   */
  append(operation: Operation): Promise<OperationEntry>;
  /** The newest entry of an operation; null when it is not in the journal. */
  latest(operationId: string): Promise<OperationEntry | null>;
  /** Likewise, in the order of the ids. */
  latestMany(operationIds: readonly string[]): Promise<readonly (OperationEntry | null)[]>;
  /** The entries of an operation with a sequence above `sequence`, oldest first. */
  after(operationId: string, sequence: number, limit?: number): Promise<readonly OperationEntry[]>;
  /**
   * The entries of all operations (or of a customer's, from when that was known on) with a sequence
   * above `sequence`, oldest first. A sequence is seen only when all lower ones can be: reading on
   * from the last one misses nothing.
   */
  changesAfter(
    filter: { readonly customer?: BillingCustomerKey | undefined },
    sequence: number,
    limit?: number,
  ): Promise<readonly OperationEntry[]>;
  /** The highest sequence in the journal; 0 when it is empty. */
  lastSequence(): Promise<number>;
  /** Operations in their newest state, the last started first, with a number below `before`. */
  page(
    filter: OperationFilter,
    before: number | null,
    limit: number,
  ): Promise<readonly ListedOperation[]>;
  /** Many such pages at once, in few statements; they come in the order of the queries. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]>;
  /** Unfinished operations that nobody holds, or no longer; now this instance holds them. */
  claim(limit: number, leaseMs: number): Promise<readonly OperationEntry[]>;
  /**
   * Takes or renews one lease.
   * @returns false when another instance holds it, and when there is nothing to poll any more
   */
  lease(operationId: string, leaseMs: number): Promise<boolean>;
  /** Renews all leases of this instance in one write. Gives the operations it still holds. */
  renew(leaseMs: number): Promise<readonly string[]>;
  /** Gives a lease back; nothing happens when it is not this instance's. */
  release(operationId: string): Promise<void>;
  /** Gives all leases of this instance back. */
  releaseAll(): Promise<void>;
}
