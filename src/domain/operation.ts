import type { BillingCustomer } from './customer.ts';

/** What was asked of the billing API; `UNKNOWN` when the operation was started elsewhere. */
export const operationKinds = [
  'INVITE_CUSTOMER',
  'CREATE_RESELLER_SERVED_CUSTOMER',
  'ACTIVATE_CUSTOMER',
  'SUSPEND_CUSTOMER',
  'UNKNOWN',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** A protobuf payload that the gateway has no type for. */
export interface UnknownPayload {
  readonly type: 'unknown';
  readonly typeUrl: string;
  /** Its proto3 JSON form; for a message type that is not known, `@type` and the bytes in base64. */
  readonly json: unknown;
}

export interface CustomerMetadata {
  readonly type: 'customer';
  readonly resellerId: string;
  readonly customerId: string;
}

/** One entry of google.rpc.Status.details. DebugInfo is left out on purpose: it is not for clients. */
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
  /** A gRPC status code; 1 (CANCELLED) is a cancelled operation. */
  readonly code: number;
  readonly message: string;
  readonly details: readonly StatusDetail[];
}

export type OperationResult =
  | { readonly type: 'customer'; readonly customer: BillingCustomer }
  | OperationFailure
  | UnknownPayload;

/** The state of a long-running operation of the billing API, as last read. */
export interface Operation {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly description: string | null;
  readonly createdAt: Date | null;
  readonly createdBy: string | null;
  readonly modifiedAt: Date | null;
  /** The operation is final only when this is true. */
  readonly done: boolean;
  readonly metadata: CustomerMetadata | UnknownPayload | null;
  readonly result: OperationResult | null;
}

export const operationStatuses = [
  'RUNNING',
  'FAILING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

const CANCELLED = 1;

/**
 * The status that a state stands for. An error beside `done` = false is FAILING: the failure was
 * seen, the rollback is still running.
 */
export function operationStatus(operation: Operation): OperationStatus {
  const failure = operation.result?.type === 'failure' ? operation.result : null;
  if (!operation.done) return failure ? 'FAILING' : 'RUNNING';
  if (!failure) return 'SUCCEEDED';
  return failure.code === CANCELLED ? 'CANCELLED' : 'FAILED';
}

/** One observed state of an operation, at its place in the journal. */
export interface OperationEntry {
  readonly operation: Operation;
  /** Grows with every change of this operation; never used twice. */
  readonly sequence: number;
  /** When the gateway first saw the operation. */
  readonly firstSeenAt: Date;
}

/**
 * A state with what is known of the operation from before: an API that names the customer once need
 * not name it in every answer.
 */
export function withKnown(operation: Operation, known: Operation['metadata']): Operation {
  const metadata = completed(operation.metadata, known);
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

function completed(given: Operation['metadata'], known: Operation['metadata']) {
  if (given === null) return known;
  if (given.type !== 'customer' || known?.type !== 'customer') return given;
  const resellerId = given.resellerId || known.resellerId;
  return { ...given, resellerId, customerId: given.customerId || known.customerId };
}
