import type { ErrorCode } from '../../domain/error.ts';

/** The HTTP status of a response whose request failed with a code. */
export const statuses: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  FAILED_PRECONDITION: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  OUTCOME_UNKNOWN: 504,
  INTERNAL_SERVER_ERROR: 500,
};
