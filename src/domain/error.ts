/** The closed set of codes that a failure can have on its way to a client. */
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
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The upstream a failure came from. */
export type BackendName = 'billing' | 'reseller';

/** One field that an upstream refused, by the upstream's own name for it. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface GatewayErrorDetails {
  /** The backend that failed; absent when the gateway itself refuses. */
  readonly service?: BackendName | undefined;
  /** Whether the same call may succeed when it is sent again unchanged. */
  readonly retryable?: boolean | undefined;
  /** How long to wait before sending it again, in milliseconds, when the backend says. */
  readonly retryAfterMs?: number | undefined;
  /** The request id that the backend gave, else the one the gateway sent. */
  readonly requestId?: string | undefined;
  /** The fields that the backend refused. */
  readonly violations?: readonly FieldViolation[] | undefined;
  /** What really happened: for the log, never for a client. */
  readonly cause?: unknown;
}

/**
 * The one error that crosses layers. Its message is written for clients; whatever must not reach
 * them stays in `cause`.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly service: BackendName | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly violations: readonly FieldViolation[];

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.service = details.service;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.violations = details.violations ?? [];
  }
}

/** The client sent something that cannot be right, whatever the backends say. */
export function badInput(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message);
}
