/** The closed set of error codes that clients receive. */
export const errorCodes = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'FAILED_PRECONDITION',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OUTCOME_UNKNOWN',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type BackendName = 'billing' | 'reseller';

/** An invalid field, under the backend's name for it or as a path of the input. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface GatewayErrorDetails {
  /** The backend that failed; undefined when the gateway rejected the request. */
  readonly service?: BackendName | undefined;
  /** Whether the same call may succeed when sent again unchanged; false by default. */
  readonly retryable?: boolean | undefined;
  /** The delay in milliseconds before a retry that the backend requested. */
  readonly retryAfterMs?: number | undefined;
  /** The request id that the backend returned, otherwise the one that the gateway sent. */
  readonly requestId?: string | undefined;
  readonly violations?: readonly FieldViolation[] | undefined;
  /** Whether the call certainly never left the gateway. */
  readonly nothingSent?: boolean | undefined;
  /** Whether the gateway rejected the request because too many others use the backend. */
  readonly shed?: boolean | undefined;
  /** The underlying error, for the log only. */
  readonly cause?: unknown;
}

/**
 * The only error that crosses layers. Its message is written for clients; internals belong in
 * `cause`, which is only logged.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly service: BackendName | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly violations: readonly FieldViolation[];
  readonly nothingSent: boolean;
  readonly shed: boolean;

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.service = details.service;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.violations = details.violations ?? [];
    this.nothingSent = details.nothingSent ?? false;
    this.shed = details.shed ?? false;
  }

  /** The same failure with some details replaced. */
  with(details: GatewayErrorDetails, message = this.message): GatewayError {
    return new GatewayError(this.code, message, { ...this, cause: this.cause, ...details });
  }
}

/** The failure as one that happened before the call left the gateway; any other error as it is. */
export function asNotSent(error: unknown): unknown {
  return error instanceof GatewayError ? error.with({ nothingSent: true }) : error;
}

/** Input that is invalid without asking a backend. */
export function badInput(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message);
}
