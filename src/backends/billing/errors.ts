import { fromBinary } from '@bufbuild/protobuf';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import type { StatusDetail } from '../../domain/operation.ts';
import { isRequestId } from '../../domain/sensitive-text.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { ConnectFailure, publicReason } from '../network/failures.ts';
import { GrpcFailure } from './grpc-failure.ts';
import { shownViolations } from './shown-details.ts';
import { statusDetail, tryDecode } from './status-details.ts';
import { NotConnected } from './unary.ts';

interface Rule {
  readonly code: ErrorCode;
  readonly retryable?: true;
  /** What clients see. The vendor's own text can describe its internals; only the log has it. */
  readonly message: string;
}

function rule(code: ErrorCode, message: string): Rule {
  return { code, message };
}

/** The same call may succeed later. */
function temporary(code: ErrorCode, message: string): Rule {
  return { code, message, retryable: true };
}

const UNAVAILABLE = temporary('UNAVAILABLE', 'The billing API is unavailable.');
const FAILED = rule('INTERNAL_SERVER_ERROR', 'The billing API failed.');
const INVALID = rule('BAD_USER_INPUT', 'The billing API rejected the request as invalid.');

/**
 * The error code for each gRPC status of the billing API. The vendor does not document whether an
 * unknown customer returns NOT_FOUND or PERMISSION_DENIED, so both keep their meaning.
 */
const rules: Readonly<Record<number, Rule>> = {
  // grpc-js reports CANCELLED when a stopping server resets the call. The gateway's own aborts reject
  // with the signal's reason instead.
  [status.CANCELLED]: temporary('UNAVAILABLE', 'The billing API cancelled the call. Retry later.'),
  [status.UNKNOWN]: FAILED,
  [status.INVALID_ARGUMENT]: INVALID,
  // grpc-js uses this status for the gateway's own deadline too, with addresses in the message.
  [status.DEADLINE_EXCEEDED]: temporary('DEADLINE_EXCEEDED', 'The billing API timed out.'),
  [status.NOT_FOUND]: rule('NOT_FOUND', 'The object was not found in the billing API.'),
  [status.ALREADY_EXISTS]: rule('CONFLICT', 'The object already exists in the billing API.'),
  [status.PERMISSION_DENIED]: rule(
    'FORBIDDEN',
    'The billing API denied permission for this request.',
  ),
  [status.RESOURCE_EXHAUSTED]: temporary(
    'RATE_LIMITED',
    'A rate limit or quota of the billing API is exceeded. Retry later.',
  ),
  [status.FAILED_PRECONDITION]: rule(
    'FAILED_PRECONDITION',
    "The billing API rejected the request in the object's current state.",
  ),
  [status.ABORTED]: temporary(
    'CONFLICT',
    'The request conflicted with another change in the billing API. Retry later.',
  ),
  [status.OUT_OF_RANGE]: INVALID,
  [status.UNIMPLEMENTED]: rule(
    'INTERNAL_SERVER_ERROR',
    'The billing API does not implement this method.',
  ),
  [status.INTERNAL]: FAILED,
  [status.UNAVAILABLE]: UNAVAILABLE,
  [status.DATA_LOSS]: FAILED,
  [status.UNAUTHENTICATED]: rule(
    'UNAUTHENTICATED',
    "The billing API rejected the gateway's credentials.",
  ),
};

/**
 * Failures of the connection for which grpc-js makes up a status that the server did not send, by the
 * text of its details. The reset codes are NO_ERROR, PROTOCOL_ERROR and INTERNAL_ERROR of RFC 9113.
 */
const connectionFailures: readonly (Rule & { readonly details: RegExp; readonly unsent?: true })[] =
  [
    { ...UNAVAILABLE, details: /^Failed to start HTTP\/2 stream/, unsent: true },
    {
      ...UNAVAILABLE,
      details: /^Received RST_STREAM with code [012]\b|^Bandwidth exhausted or memory limit/,
    },
    {
      ...rule('INTERNAL_SERVER_ERROR', 'The billing API returned a response that is too large.'),
      details: /^Received message larger than max/,
    },
  ];

/**
 * Translates a failed call of the billing API.
 * @param sentRequestId used when the response has no request id
 */
export function billingError(error: ServiceError, sentRequestId: string | undefined): GatewayError {
  const connection = connectionFailure(error);
  const { code, retryable, message: text } = connection ?? rules[error.code] ?? FAILED;
  const details = statusDetails(error.metadata);
  const violations = details.flatMap((detail) =>
    detail.type === 'badRequest' ? detail.fieldViolations : [],
  );
  const failure = error instanceof NotConnected ? error.cause : undefined;
  const reason = publicReason(failure);
  const message = reason === null ? text : `The billing API is unavailable: ${reason}.`;
  return new GatewayError(code, message, {
    service: 'billing',
    retryable: failure instanceof ConnectFailure ? failure.retryable : retryable,
    requestId: requestId(error.metadata, details) ?? sentRequestId,
    retryAfterMs: details.find((detail) => detail.type === 'retryInfo')?.retryDelayMs,
    violations: shownViolations(violations),
    nothingSent: error instanceof NotConnected || connection?.unsent === true,
    cause: new GrpcFailure(error),
  });
}

/** The error for a response that contradicts the call. `problem` is for the log only. */
export function invalidResponse(problem: string): GatewayError {
  return new GatewayError(
    'INTERNAL_SERVER_ERROR',
    'The billing API returned an invalid response.',
    { service: 'billing', cause: new Error(problem) },
  );
}

function connectionFailure({ code, details }: Pick<ServiceError, 'code' | 'details'>) {
  if (code !== status.INTERNAL && code !== status.RESOURCE_EXHAUSTED) return undefined;
  return connectionFailures.find((failure) => failure.details.test(details));
}

/** Whether `error` is a gRPC status from grpc-js, rather than an abort or a bug. */
export function isServiceError(error: unknown): error is ServiceError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    'metadata' in error
  );
}

/** The details of the google.rpc.Status in the trailer. Details that cannot be decoded are skipped. */
function statusDetails(metadata: Metadata): readonly StatusDetail[] {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Uint8Array)) return [];
  const details = tryDecode(() => fromBinary(StatusSchema, bytes).details) ?? [];
  return details.flatMap((any) => tryDecode(() => statusDetail(any)) ?? []);
}

function requestId(metadata: Metadata, details: readonly StatusDetail[]): string | undefined {
  const [header] = metadata.get('x-request-id');
  const id =
    header?.toString() ?? details.find((detail) => detail.type === 'requestInfo')?.requestId;
  return id !== undefined && isRequestId(id) ? id : undefined;
}

/**
 * Whether the gRPC status is UNAVAILABLE, after which a write may be retried with the same key. A call
 * that was reset (CANCELLED) also maps to UNAVAILABLE, but its outcome is unknown.
 */
export function isStatusUnavailable({ cause }: GatewayError): boolean {
  return cause instanceof GrpcFailure && cause.code === status.UNAVAILABLE;
}

/** Statuses that billing answers before it begins anything. */
const refusals: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
  status.RESOURCE_EXHAUSTED,
]);

/**
 * Whether a failed write was refused, so that nothing was begun. After any other failure, billing may
 * have carried it out.
 */
export function isBillingRefusal(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  if (error.nothingSent) return true;
  const { cause } = error;
  return cause instanceof GrpcFailure && refusals.has(cause.code) && !connectionFailure(cause);
}
