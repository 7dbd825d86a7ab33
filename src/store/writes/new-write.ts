import type { CancelSignal } from '../../domain/cancellation.ts';
import type { Operation, OperationEntry } from '../../domain/operation.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { WriteMutation, WriteTarget } from '../../domain/write.ts';
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
  readonly signal?: CancelSignal | undefined;
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
