import { type ErrorCode, GatewayError } from './error.ts';
import type { OperationEntry } from './operation.ts';

/**
 * The mutations on record, by their names in the schema: those that change something at a vendor, and
 * `settleWrite`, which changes a record only.
 */
export const writeMutations = [
  'inviteCustomer',
  'createResellerServedCustomer',
  'activateCustomer',
  'suspendCustomer',
  'orderCustomer',
  'updateCustomer',
  'orderSubscription',
  'transferSubscriptions',
  'activateSubscription',
  'suspendSubscription',
  'startPaidService',
  'changeSubscriptionPlan',
  'changeSubscriptionSeats',
  'changeSubscriptionRenewalSettings',
  'cancelSubscription',
  'transferSubscriptionToDirect',
  'registerNotifications',
  'unregisterNotifications',
  'settleWrite',
] as const;
export type WriteMutation = (typeof writeMutations)[number];

/**
 * PENDING: recorded, and its call may be on its way. DONE: the vendor carried it out. REFUSED: the
 * vendor or the gateway refused it, and nothing was begun. UNKNOWN: the call may have reached the
 * vendor, and its answer was not received.
 */
export type WriteOutcome = 'PENDING' | 'DONE' | 'REFUSED' | 'UNKNOWN';

/** What a write changes. Fields that do not apply are null. */
export interface WriteTarget {
  /** Billing's reseller id. */
  readonly resellerId: string | null;
  /** Billing's customer id; null for an invitation or a creation. */
  readonly customerId: string | null;
  /** The reseller API's customer id, or the domain of a customer that is ordered. */
  readonly resellerCustomerId: string | null;
  readonly skuId: string | null;
}

/** The failure that decided a write, or that left its outcome unknown. */
export interface WriteFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One write on record. */
export interface WriteRecord {
  /** UUID of the audit entry. */
  readonly id: string;
  /** Increases with every recorded write; never reused. */
  readonly number: number;
  /** The subject of the viewer that sent the mutation. */
  readonly viewer: string;
  /** The software that sent it (the user agent), when the client said so. */
  readonly agent: string | null;
  readonly mutation: WriteMutation;
  readonly target: WriteTarget;
  /** The mutation's input without personal data and tokens. */
  readonly input: unknown;
  readonly outcome: WriteOutcome;
  readonly failure: WriteFailure | null;
  /** Billing's operation; null for reseller writes and until the call was answered. */
  readonly operationId: string | null;
  /** The caller's idempotency key, or the one that the gateway made for a request without a key. */
  readonly idempotencyKey: string;
  readonly requestId: string;
  readonly recordedAt: Date;
  /** When the outcome was recorded; null while the write is pending. */
  readonly settledAt: Date | null;
  /**
   * Position of the latest outcome among the outcomes of all writes. Undefined while the write is
   * pending, and in a record that was not read from the store.
   */
  readonly sequence?: number | undefined;
}

/** A write whose outcome is stored, with the position of that outcome in the feed. */
export interface WriteChange extends WriteRecord {
  readonly sequence: number;
}

/** The answer of a write: what it returns, its record, and whether an earlier write gave it. */
export interface WriteAnswer<T> {
  readonly value: T;
  readonly write: WriteRecord;
  /** Whether this mutation sent nothing new: it continued or repeated the answer of `write`. */
  readonly replayed: boolean;
}

export type StartedOperation = WriteAnswer<OperationEntry>;

/** The call may have reached the vendor, and its answer was not received. */
export class OutcomeUnknown extends GatewayError {
  readonly write: WriteRecord;

  constructor(write: WriteRecord, cause?: unknown) {
    const message = `It is not known whether ${write.mutation} was carried out. Do not start another one: send the same mutation with this idempotencyKey to find out.`;
    super('OUTCOME_UNKNOWN', message, { cause });
    this.write = write;
  }
}
