import type { ErrorCode } from '../domain/error.ts';
import { enumType } from './fields.ts';

export const codeDescriptions: Record<ErrorCode, string> = {
  BAD_USER_INPUT: 'An argument or input field is invalid. Correct it before sending it again.',
  UNAUTHENTICATED: 'The credentials are missing, invalid or expired.',
  FORBIDDEN: 'The caller lacks the required right, or the backend denied access.',
  NOT_FOUND: 'The object was not found.',
  CONFLICT: 'The object already exists, or a concurrent change is in progress.',
  FAILED_PRECONDITION: 'The object is not in a state that allows the change.',
  RATE_LIMITED: 'Too many requests were sent. Wait before sending the request again.',
  UNAVAILABLE: 'A backend is temporarily unavailable.',
  DEADLINE_EXCEEDED: 'A backend did not respond in time. Nothing was changed.',
  OUTCOME_UNKNOWN:
    'The change may have been carried out, and its answer was not received. Do not start another one.',
  INTERNAL_SERVER_ERROR: 'An unexpected failure in the gateway or a backend.',
};

export const errorCode = enumType(
  'ErrorCode',
  'Machine-readable reason of a failure. The set of codes is closed.',
  codeDescriptions,
);
