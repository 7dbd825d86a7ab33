import { jwtVerify } from 'jose';
import { z } from 'zod';
import { GatewayError } from '../../domain/error.ts';
import { bearerToken, CLOCK_TOLERANCE, remoteKeys } from './jwks.ts';

export interface PushTokenOptions {
  /** The audience that the subscription is configured with; by default that is the endpoint's URL. */
  readonly audience: string;
  /** The email address of the service account that the subscription pushes as. */
  readonly serviceAccount: string;
  readonly issuer: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
}

/**
 * Why the sender of this Authorization header is not the one that was configured, or null when it is.
 * The reason is for the log, and holds nothing that could be used as a token.
 * Rejects with a GatewayError UNAVAILABLE when that cannot be told now.
 */
export type VerifyPushToken = (authorization: string | undefined) => Promise<string | null>;

const claims = z.object({ email: z.string(), email_verified: z.literal(true) });

/**
 * Verifies the OIDC tokens of authenticated push (https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions).
 */
export function createVerifyPushToken(options: PushTokenOptions): VerifyPushToken {
  const { audience, serviceAccount, issuer, jwksUrl } = options;
  const findKey = remoteKeys(jwksUrl);
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === null) return 'no bearer token';
    try {
      const { payload } = await jwtVerify(token, findKey, {
        algorithms: ['RS256'],
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE,
      });
      const { data } = claims.safeParse(payload);
      return data?.email === serviceAccount ? null : 'not the verified email of the account';
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  };
}
