import { jwtVerify } from 'jose';
import { z } from 'zod';
import { GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';
import { missingToken, type TokenProblem } from './failures.ts';
import { bearerToken, CLOCK_TOLERANCE, type FetchKeys, remoteKeys } from './jwks.ts';
import { tokenProblem } from './token-problem.ts';

export interface PushTokenOptions {
  /** The audience configured for the Pub/Sub subscription; by default its push endpoint's URL. */
  readonly audience: string;
  /** The email address of the service account that signs the pushes. */
  readonly serviceAccount: string;
  readonly issuer: string;
  /** URL of the issuer's JSON Web Key Set. */
  readonly jwksUrl: string;
}

/**
 * Resolves with null when the Authorization header belongs to the configured sender, otherwise with
 * what is wrong. Rejects with GatewayError
 * UNAVAILABLE when the issuer's keys cannot be fetched.
 */
export type VerifyPushToken = (authorization: string | undefined) => Promise<TokenProblem | null>;

/** How long the last known keys are used while they cannot be fetched. */
const MAX_STALE_MS = 86_400_000;

const claims = z.object({ email: z.string(), email_verified: z.literal(true) });

/**
 * Verifies the OIDC tokens of authenticated push (https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions).
 */
export function createVerifyPushToken(
  options: PushTokenOptions,
  fetch: FetchKeys,
  log: Logger,
): VerifyPushToken {
  const { audience, serviceAccount, issuer, jwksUrl } = options;
  const findKey = remoteKeys({ jwksUrl, maxStaleMs: MAX_STALE_MS, fetch, log });
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === null) return missingToken;
    try {
      const { payload } = await jwtVerify(token, findKey, {
        algorithms: ['RS256'],
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE,
      });
      const { data } = claims.safeParse(payload);
      if (data?.email === serviceAccount) return null;
      return { reason: 'CLAIMS', problem: 'the token has another email, or an unverified one' };
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      return tokenProblem(error);
    }
  };
}
