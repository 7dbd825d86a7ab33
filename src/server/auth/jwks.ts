import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../../domain/error.ts';

/**
 * The public keys of an issuer. They are fetched for the first token and cached; an unknown key id
 * fetches them again, at most twice a minute. Rejects with GatewayError UNAVAILABLE when they cannot
 * be fetched.
 */
export function remoteKeys(jwksUrl: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (tokenErrors.some((type) => cause instanceof type)) throw cause;
      const message = "The token issuer's public keys cannot be fetched; try again later.";
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    }
  };
}

/** Errors that the token causes, as opposed to a failure to fetch the keys. */
const tokenErrors = [
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSENotSupported,
];

/** Accepted difference between the clocks of the issuer and the gateway, in seconds. */
export const CLOCK_TOLERANCE = 30;

/** The token of an `Authorization: Bearer` header; null when it has none. RFC 6750. */
export function bearerToken(authorization: string | null | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
