import type { BillingCustomerKey } from '../../domain/customer.ts';
import type {
  HeldOperation,
  Operation,
  OperationEntry,
  OperationKind,
  OperationStatus,
} from '../../domain/operation.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { PageQuery } from '../database/pages.ts';

/** An operation in its latest state, with its position in the list. */
export interface ListedOperation {
  /** Increases with every operation and stays the same while the operation changes. */
  readonly number: number;
  readonly entry: OperationEntry;
}

/** Selects changes of operations. */
export interface ChangesFilter {
  readonly customer?: BillingCustomerKey | undefined;
  /** Only operations that this tenant sees. */
  readonly tenant?: Tenant | undefined;
}

export interface OperationFilter extends ChangesFilter {
  /** Matches any of these statuses; an empty list matches nothing. */
  readonly statuses?: readonly OperationStatus[] | undefined;
  /** Matches any of these kinds; an empty list matches nothing. */
  readonly kinds?: readonly OperationKind[] | undefined;
  /** Operations that started at this time or later, as `createdAt` of the entry shows. */
  readonly from?: Date | undefined;
  /** Operations that started before this time. */
  readonly until?: Date | undefined;
}

/** An operation that this instance holds. */
export interface HeldNumber {
  /** As in ListedOperation. */
  readonly number: number;
  readonly operationId: string;
}

/** The result of appending the reading of a poller. */
export interface PolledAppend {
  /**
   * KEPT: the latest entry is newer than the reading, or equal to it. LEASE_LOST: this instance does
   * not hold the lease; nothing was appended.
   */
  readonly outcome: 'APPENDED' | 'KEPT' | 'LEASE_LOST';
  /** The entry that is the latest afterwards. */
  readonly entry: OperationEntry;
}

/**
 * Every observed state of every operation, on disk. A write that resolves survives a crash. Every
 * method rejects with a GatewayError: UNAVAILABLE (retryable) when the database is unreachable, full,
 * locked or read-only, INTERNAL_SERVER_ERROR when the statement is wrong. Lists return at most
 * `limit` rows, and never more than 1000.
 */
export interface OperationJournal {
  /**
   * Appends a state that was read without a lease: the first one of an operation, one with a later
   * `modifiedAt` than the latest, or a final one. Nothing replaces a final state. Returns the entry
   * that is the latest afterwards.
   */
  append(operation: Operation): Promise<OperationEntry>;
  /**
   * Appends a state that the poller of this instance read, unless the latest state is newer, equal or
   * final. Without a later `modifiedAt`, the state counts as newer only while the latest entry is the
   * one that the poll was sent after.
   * @param requestedAfter the sequence of the latest entry when the poll was sent
   */
  appendPolled(operation: Operation, requestedAfter: number): Promise<PolledAppend>;
  /** The latest entry of an operation; null when the journal does not have the operation. */
  latest(operationId: string): Promise<OperationEntry | null>;
  /** The latest entries of several operations, in the order of the ids. */
  latestMany(operationIds: readonly string[]): Promise<readonly (OperationEntry | null)[]>;
  /** The entries of one operation after `sequence`, oldest first. */
  after(operationId: string, sequence: number, limit?: number): Promise<readonly OperationEntry[]>;
  /**
   * The entries that match the filter after `sequence`, oldest first. A sequence
   * becomes visible only after all lower ones, so a reader that continues from its last sequence
   * misses nothing.
   */
  changesAfter(
    filter: ChangesFilter,
    sequence: number,
    limit?: number,
  ): Promise<readonly OperationEntry[]>;
  /** The highest sequence; 0 for an empty journal. */
  lastSequence(): Promise<number>;
  /** Pages of operations in their latest state, newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]>;
  /** The numbers of operations that match the filters, in their order. */
  counts(filters: readonly OperationFilter[]): Promise<readonly number[]>;
  /**
   * Renews the lease of this instance on all operations that it holds. TAKEN when it had none, or when
   * it had expired: other instances may have taken some of the operations meanwhile.
   */
  renew(leaseMs: number): Promise<'RENEWED' | 'TAKEN'>;
  /**
   * Takes unfinished operations that have no holder, or whose holder's lease has expired. None while
   * this instance has no lease.
   */
  claim(limit: number): Promise<readonly HeldOperation[]>;
  /**
   * Takes one operation, like `claim`; also one that this instance holds.
   * @returns null when another instance holds it, or the operation is unknown or no longer polled
   */
  take(operationId: string): Promise<HeldOperation | null>;
  /** The unfinished operations with numbers above `after` that this instance holds, in their order. */
  held(after: number, limit: number): Promise<readonly HeldNumber[]>;
  /** The operations with these numbers, as `claim` returns them. */
  holdings(numbers: readonly number[]): Promise<readonly HeldOperation[]>;
  /** Ends the lease of this instance. */
  release(): Promise<void>;
  /**
   * Deletes up to `limit` operations that are no longer polled and were first seen more than `ageMs`
   * ago, with their entries. Returns their number.
   */
  prune(ageMs: number, limit: number): Promise<number>;
}
