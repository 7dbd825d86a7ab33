import type { Operation, OperationEntry } from '../../domain/operation.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { WriteFailure, WriteMutation, WriteRecord, WriteTarget } from '../../domain/write.ts';
import type { StoredWrite } from './write-rows.ts';

/** A write before it is recorded. */
export interface NewWrite {
  readonly id: string;
  readonly viewer: string;
  readonly agent: string | null;
  readonly mutation: WriteMutation;
  /** The object that writes are serialised on, as one string. */
  readonly serialiseOn: string;
  readonly target: WriteTarget;
  readonly requestHash: string;
  /** Stored until the outcome is known. */
  readonly request: unknown;
  readonly snapshot: unknown;
  /** Without personal data and tokens. */
  readonly input: unknown;
  readonly idempotencyKey: string;
  /** Whether the caller sent the key; otherwise the gateway made it. */
  readonly isKeyGiven: boolean;
  readonly upstreamKey: string;
  readonly linkTo: string | null;
  readonly requestId: string;
  /** The trace of the request; absent when it is not traced. */
  readonly trace?: TraceContext | null | undefined;
}

/** What a decision about a new write is based on, read from the store. */
export interface RelatedWrites {
  /** The write with the same viewer and idempotency key; null when there is none. */
  readonly byKey: StoredWrite | null;
  /** Open writes on the target, newest first: unsettled ones, and those whose outcome is owed. */
  readonly onTarget: readonly StoredWrite[];
  /** Whether another unfinished write will link to the same reseller customer. */
  readonly isLinkTaken: boolean;
}

/** `record` inserts the write; everything else is returned to the caller of `record` as it is. */
export type Decide<D> = (related: RelatedWrites) => 'record' | D;

export interface Hold {
  /** Identifies the attempt. */
  readonly holder: string;
  /** How long its call may be on its way, in milliseconds from now. */
  readonly holdMs: number;
  /** Cancels the statement while it waits to be submitted. */
  readonly signal?: AbortSignal | undefined;
}

/** A state of an operation that a write started, which this instance is going to poll. */
export interface StartedState {
  readonly operation: Operation;
  /** The trace of the write, which the polls continue. */
  readonly trace?: TraceContext | null | undefined;
  /** The reseller that the write names, for an operation that names none. */
  readonly resellerId?: string | null | undefined;
}

/** The operation's latest entry, and whether this instance holds it. */
export interface StartedEntry {
  readonly entry: OperationEntry;
  readonly isHeld: boolean;
}

/**
 * The record of every write. Changes of a state are compare-and-set: they return null or false when
 * the write is in another state than they require. Every method rejects with a GatewayError like the
 * operation journal does; CommitUnknownError when the database did not say whether it committed.
 */
export interface WriteStore {
  /**
   * Records a write as PENDING, held by its first attempt, and marks every open write on the target
   * with another request as superseded; or returns what `decide` says. Serialised per target.
   */
  record<D extends object>(
    write: NewWrite,
    hold: Hold,
    decide: Decide<D>,
  ): Promise<StoredWrite | D>;
  /** What a decision about this write would be based on. */
  related(write: NewWrite): Promise<RelatedWrites>;
  /**
   * Lets a repeat leave: finds the write unsettled, not superseded and not held by another attempt,
   * and holds it. Serialised per target, like `record`.
   */
  claim(write: StoredWrite, hold: Hold): Promise<StoredWrite | null>;
  /**
   * Unsettled writes of these mutations that no attempt holds, not superseded and younger than
   * `maxAgeMs`, oldest first.
   */
  due(
    mutations: readonly WriteMutation[],
    maxAgeMs: number,
    limit: number,
  ): Promise<readonly StoredWrite[]>;
  /** Makes PENDING writes UNKNOWN that no attempt holds and no recovery will repeat. */
  expire(maxAgeMs: number): Promise<readonly WriteRecord[]>;
  /** PENDING to REFUSED, when its only attempt is this one. False when it is in another state. */
  refuse(id: string, holder: string, failure: WriteFailure): Promise<boolean>;
  /**
   * Stores that a write was not sent, also when its record was never committed: a commit that is
   * still on its way then fails. False when it is in another state.
   */
  withdraw(write: NewWrite, holder: string, failure: WriteFailure): Promise<boolean>;
  /** PENDING or UNKNOWN to UNKNOWN; no attempt holds the write any more. */
  unknown(id: string, holder: string, failure: WriteFailure): Promise<boolean>;
  /** Extends the hold of an attempt. False when the write is settled, superseded or held by another. */
  extend(id: string, hold: Hold): Promise<boolean>;
  /** Stores DONE and the first state of the operation. A second DONE changes nothing. */
  started(id: string, state: StartedState): Promise<StartedEntry>;
  /** Stores DONE for a write without an operation. */
  done(id: string): Promise<boolean>;
  /** UNKNOWN or PENDING, not held, to REFUSED or DONE, by a person or by reading back. */
  settle(id: string, outcome: 'DONE' | 'REFUSED', failure: WriteFailure | null): Promise<boolean>;
  /** Stores that the outcomes of these writes were delivered. */
  deliver(ids: readonly string[]): Promise<void>;
  /**
   * Whether the same mutation was recorded again later for the same reseller customer and SKU, and was
   * not refused.
   */
  hasLater(write: WriteRecord): Promise<boolean>;
  /** Null when there is no such write. */
  get(id: string): Promise<StoredWrite | null>;
}
