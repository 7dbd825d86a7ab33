import { fromBinary } from '@bufbuild/protobuf';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import type { StatusDetail } from '../../domain/operation.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { readable, statusDetail } from './status-details.ts';

interface Rule {
  readonly code: ErrorCode;
  readonly retryable?: true;
  /** Shown instead of the vendor's message where that speaks of the vendor's inside. */
  readonly message?: string;
}

const FAILED = 'The billing API failed.';

/**
 * What each gRPC status of the billing API means to a client. The vendor documents the usual HTTP
 * mapping of google.rpc codes; which one an unknown customer gets is not documented, so NOT_FOUND
 * and PERMISSION_DENIED both stay what they are.
 */
const rules: Readonly<Record<number, Rule>> = {
  // Not by the gateway's own abort: this is how grpc-js tells that a server that stops reset the call.
  [status.CANCELLED]: {
    code: 'UNAVAILABLE',
    retryable: true,
    message: 'The billing API gave up on the call.',
  },
  [status.UNKNOWN]: { code: 'INTERNAL_SERVER_ERROR', message: FAILED },
  [status.INVALID_ARGUMENT]: { code: 'BAD_USER_INPUT' },
  // grpc-js tells of the gateway's own deadline in these words too, and names addresses in them.
  [status.DEADLINE_EXCEEDED]: {
    code: 'DEADLINE_EXCEEDED',
    retryable: true,
    message: 'The billing API did not answer in its own time.',
  },
  [status.NOT_FOUND]: { code: 'NOT_FOUND' },
  [status.ALREADY_EXISTS]: { code: 'CONFLICT' },
  [status.PERMISSION_DENIED]: { code: 'FORBIDDEN' },
  [status.RESOURCE_EXHAUSTED]: { code: 'RATE_LIMITED', retryable: true },
  [status.FAILED_PRECONDITION]: { code: 'FAILED_PRECONDITION' },
  [status.ABORTED]: { code: 'CONFLICT', retryable: true },
  [status.OUT_OF_RANGE]: { code: 'BAD_USER_INPUT' },
  [status.UNIMPLEMENTED]: {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The billing API does not offer this call.',
  },
  [status.INTERNAL]: { code: 'INTERNAL_SERVER_ERROR', message: FAILED },
  [status.UNAVAILABLE]: {
    code: 'UNAVAILABLE',
    retryable: true,
    message: 'The billing API is not available.',
  },
  [status.DATA_LOSS]: { code: 'INTERNAL_SERVER_ERROR', message: FAILED },
  [status.UNAUTHENTICATED]: {
    code: 'UNAUTHENTICATED',
    message: "The billing API refused the gateway's credential.",
  },
};

const unknownRule: Rule = { code: 'INTERNAL_SERVER_ERROR', message: FAILED };

/**
 * Translates a failed call of the billing API.
 * @param sentRequestId used when the answer carries no request id of its own
 */
export function billingError(error: ServiceError, sentRequestId: string): GatewayError {
  const rule = rules[error.code] ?? unknownRule;
  const details = statusDetails(error.metadata);
  const message = rule.message ?? (error.details || `The billing API answered ${rule.code}.`);
  return new GatewayError(rule.code, message, {
    service: 'billing',
    retryable: rule.retryable,
    requestId: requestId(error.metadata, details) ?? sentRequestId,
    retryAfterMs: details.find((detail) => detail.type === 'retryInfo')?.retryDelayMs,
    violations: details.flatMap((detail) =>
      detail.type === 'badRequest' ? detail.fieldViolations : [],
    ),
    cause: error,
  });
}

/** Whether a rejected call is grpc-js's own error, as opposed to an abort or a fault of ours. */
export function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    'metadata' in error
  );
}

/**
 * The details of the google.rpc.Status in the trailer. Whatever is broken counts as absent: it must
 * not hide the error that it came with.
 */
function statusDetails(metadata: Metadata): readonly StatusDetail[] {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Uint8Array)) return [];
  const details = readable(() => fromBinary(StatusSchema, bytes).details) ?? [];
  return details.flatMap((any) => readable(() => statusDetail(any)) ?? []);
}

function requestId(metadata: Metadata, details: readonly StatusDetail[]): string | undefined {
  const [header] = metadata.get('x-request-id');
  if (header !== undefined) return header.toString();
  return details.find((detail) => detail.type === 'requestInfo')?.requestId;
}

/**
 * Whether billing answered UNAVAILABLE itself, after which a write may be repeated with its key. A
 * call that was reset is as unavailable to a client, but what became of it is not known.
 */
export function isStatusUnavailable({ cause }: GatewayError): boolean {
  return isServiceError(cause) && cause.code === status.UNAVAILABLE;
}
