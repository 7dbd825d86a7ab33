import type { BillingCustomer } from './customer.ts';
import type { TraceContext } from './tracing.ts';

/** The request that started an operation; `UNKNOWN` when another client started it. */
export const operationKinds = [
  'INVITE_CUSTOMER',
  'CREATE_RESELLER_SERVED_CUSTOMER',
  'ACTIVATE_CUSTOMER',
  'SUSPEND_CUSTOMER',
  'UNKNOWN',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** A protobuf message of a type that the gateway does not model. */
export interface UnknownPayload {
  readonly type: 'unknown';
  readonly typeUrl: string;
  /** The message in proto3 JSON; `@type` and base64 bytes when the type is unknown. */
  readonly json: unknown;
}

export interface CustomerMetadata {
  readonly type: 'customer';
  readonly resellerId: string;
  readonly customerId: string;
}

/** One entry of google.rpc.Status.details. Clients must not see DebugInfo, so it is omitted. */
export type StatusDetail =
  | {
      readonly type: 'badRequest';
      readonly fieldViolations: readonly { field: string; description: string }[];
    }
  | {
      readonly type: 'preconditionFailure';
      readonly violations: readonly { type: string; subject: string; description: string }[];
    }
  | {
      readonly type: 'quotaFailure';
      readonly violations: readonly { subject: string; description: string }[];
    }
  | {
      readonly type: 'resourceInfo';
      readonly resourceType: string;
      readonly resourceName: string;
      readonly owner: string;
      readonly description: string;
    }
  | { readonly type: 'requestInfo'; readonly requestId: string; readonly servingData: string }
  | { readonly type: 'retryInfo'; readonly retryDelayMs: number }
  | { readonly type: 'help'; readonly links: readonly { description: string; url: string }[] }
  | { readonly type: 'localizedMessage'; readonly locale: string; readonly message: string }
  | UnknownPayload;

export interface OperationFailure {
  readonly type: 'failure';
  /** A gRPC status code; 1 (CANCELLED) means that the operation was cancelled. */
  readonly code: number;
  readonly message: string;
  readonly details: readonly StatusDetail[];
}

export type OperationResult =
  | { readonly type: 'customer'; readonly customer: BillingCustomer }
  | OperationFailure
  | UnknownPayload;

/** The last known state of a long-running operation of the billing API. */
export interface Operation {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly description: string | null;
  readonly createdAt: Date | null;
  readonly createdBy: string | null;
  readonly modifiedAt: Date | null;
  /** Whether the billing API reported a final state. */
  readonly done: boolean;
  readonly metadata: CustomerMetadata | UnknownPayload | null;
  readonly result: OperationResult | null;
  /** Set by the gateway when it cannot find out the outcome; never set when `done`. */
  readonly lost?: LostOperation;
}

/**
 * STILL_POLLED: the billing API no longer returns the operation. GIVEN_UP: the operation did not end
 * within the maximum age and is no longer polled.
 */
export const lostOperations = ['STILL_POLLED', 'GIVEN_UP'] as const;
export type LostOperation = (typeof lostOperations)[number];

export const operationStatuses = [
  'RUNNING',
  'FAILING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'LOST',
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

const CANCELLED = 1;

/**
 * The status of an operation. An error with `done` = false is FAILING, because the billing API is
 * still rolling back.
 */
export function operationStatus(operation: Operation): OperationStatus {
  if (operation.lost) return 'LOST';
  const failure = operation.result?.type === 'failure' ? operation.result : null;
  if (!operation.done) return failure ? 'FAILING' : 'RUNNING';
  if (!failure) return 'SUCCEEDED';
  return failure.code === CANCELLED ? 'CANCELLED' : 'FAILED';
}

/** Whether watchers complete after this state: it is final, or the operation is LOST. */
export function isEnded({ done, lost }: Operation): boolean {
  return done || lost !== undefined;
}

/** Whether the operation is polled: it has no final state and was not given up. */
export function isPolled({ done, lost }: Operation): boolean {
  return !done && lost !== 'GIVEN_UP';
}

/** One observed state of an operation in the journal. */
export interface OperationEntry {
  readonly operation: Operation;
  /** Strictly increasing across all operations. */
  readonly sequence: number;
  /** When the gateway first saw the operation. */
  readonly firstSeenAt: Date;
  /** The reseller of its customer, or of the write that started it; null while it is not known. */
  readonly resellerId: string | null;
}

/** The reseller that a state of an operation names; null when it names none. */
export function resellerOf({ metadata, result }: Operation): string | null {
  const named = metadata?.type === 'customer' ? metadata.resellerId : '';
  return named || (result?.type === 'customer' && result.customer.resellerId) || null;
}

/** An operation that this instance holds and polls. */
export interface HeldOperation {
  readonly entry: OperationEntry;
  /** Milliseconds since the gateway first saw the operation, by the database's clock. */
  readonly ageMs: number;
  /** The trace of the write that started it; absent when that was not traced. */
  readonly trace?: TraceContext | null | undefined;
}

/**
 * Fills in what an operation's state leaves out, from metadata that an earlier state had: the
 * billing API may name the customer in the first response only.
 */
export function withKnown(operation: Operation, known: Operation['metadata']): Operation {
  const metadata = mergeMetadata(operation.metadata, known);
  const { result } = operation;
  if (result?.type !== 'customer' || metadata?.type !== 'customer') {
    return { ...operation, metadata };
  }
  const resellerId = result.customer.resellerId || metadata.resellerId;
  return {
    ...operation,
    metadata,
    result: { ...result, customer: { ...result.customer, resellerId } },
  };
}

function mergeMetadata(given: Operation['metadata'], known: Operation['metadata']) {
  if (given === null) return known;
  if (given.type !== 'customer' || known?.type !== 'customer') return given;
  const resellerId = given.resellerId || known.resellerId;
  return { ...given, resellerId, customerId: given.customerId || known.customerId };
}
