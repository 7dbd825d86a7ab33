import type { CallScope } from '../domain/call-scope.ts';
import type { Plan } from '../domain/plan.ts';
import type { WriteMutation, WriteRecord, WriteTarget } from '../domain/write.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';

/** What reading back says about a write whose answer is missing. */
export type ReadBack<A> =
  | { readonly type: 'done'; readonly answer: A }
  /** The vendor did not carry it out, and can no longer be about to. */
  | { readonly type: 'absent' }
  /** The vendor's state does not show, or not yet, whether it was carried out. */
  | { readonly type: 'unclear' };

export type Vendor = 'billing' | 'reseller';

/** How a vendor carries out one kind of write. `A` is its answer, `T` what the mutation returns. */
export interface Conduct<A, T> {
  readonly vendor: Vendor;
  /** How long all attempts together may take, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * One attempt. Rejects with a GatewayError; `nothingSent` when it never left.
   * @param write the record, whose request and upstream key are sent
   */
  attempt(write: StoredWrite, scope: CallScope): Promise<A>;
  /** Whether a failed attempt was refused, so that certainly nothing was begun. */
  isRefusal(error: unknown): boolean;
  /** Stores the answer and DONE. May be called again after a failure. */
  store(write: StoredWrite, answer: A): Promise<T>;
  /** What the mutation returns while the answer is not stored yet. */
  provisional(write: StoredWrite, answer: A): T;
  /** The present state of a write that is done. */
  current(record: WriteRecord, scope: CallScope): Promise<T>;
  /**
   * Reads the vendor's state after an attempt without an answer; null when the vendor has
   * idempotency keys, so that the call itself is repeated instead.
   */
  readonly readBack: ((write: StoredWrite, scope: CallScope) => Promise<ReadBack<A>>) | null;
}

/** One mutation that changes something at a vendor. */
export interface WriteSpec<A, T> {
  readonly mutation: WriteMutation;
  readonly target: WriteTarget;
  /** The object that writes are serialised on, as one string. */
  readonly serialiseOn: string;
  /** The request in a form that can be stored and sent again. */
  readonly request: unknown;
  /** The input without personal data and tokens, for the audit log. */
  readonly input: unknown;
  /** The reseller customer to link to the billing customer when the operation succeeds. */
  readonly linkTo: string | null;
  readonly conduct: Conduct<A, T>;
  /** Obtains a credential and a connection. Rejects with a GatewayError; nothing is sent. */
  ready(scope: CallScope): Promise<void>;
  /**
   * Refuses a new write by throwing; not called for one that is on record. Null when there is nothing
   * to check.
   */
  readonly check: (() => Promise<void>) | null;
  /**
   * What the write would do, for a dry run. Reads from the vendor, and sends nothing that changes
   * something. Rejects as the write itself would, where the vendor documents the rule.
   */
  plan(scope: CallScope): Promise<Plan>;
  /** Reads what `readBack` compares with; null when it needs nothing. */
  snapshot(scope: CallScope): Promise<unknown>;
}

/** Who sends a mutation. */
export interface WriteCaller {
  readonly viewer: string;
  readonly agent: string | null;
  /** Null when the client sent none. */
  readonly idempotencyKey: string | null;
}
