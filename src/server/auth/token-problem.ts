import { errors } from 'jose';
import type { AuthenticationFailure } from '../../domain/telemetry.ts';
import type { TokenProblem } from './failures.ts';

/** What jose found. Its messages name claims and algorithms, but hold nothing of the token. */
export function tokenProblem(error: unknown): TokenProblem {
  return { reason: reasonOf(error), problem: error instanceof Error ? error.message : 'unknown' };
}

function reasonOf(error: unknown): AuthenticationFailure {
  if (error instanceof errors.JWTExpired) return 'EXPIRED';
  if (error instanceof errors.JWTClaimValidationFailed) return 'CLAIMS';
  if (error instanceof errors.JWKSNoMatchingKey) return 'UNKNOWN_KEY';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'SIGNATURE';
  return 'MALFORMED';
}
