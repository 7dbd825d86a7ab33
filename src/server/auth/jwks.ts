import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../../domain/error.ts';

/**
 * The keys that an issuer publishes. They are fetched with the first token, and kept: a token of an
 * unknown key has them fetched again, but not more than twice a minute. Rejects with a GatewayError
 * UNAVAILABLE when they cannot be fetched.
 */
export function remoteKeys(jwksUrl: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (ofToken.some((type) => cause instanceof type)) throw cause;
      const message = 'The keys of the tokens cannot be fetched.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    }
  };
}

/** What is the token's fault, once the keys are there. */
const ofToken = [
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSENotSupported,
];

/** How far the clocks of the issuer and the gateway may be apart, in seconds. */
export const CLOCK_TOLERANCE = 30;

/** The token of an `Authorization: Bearer` header; null when there is none. RFC 6750. */
export function bearerToken(authorization: string | null | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
