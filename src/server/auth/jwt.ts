import { type JWTPayload, jwtVerify } from 'jose';
import { GatewayError } from '../../domain/error.ts';
import type { Right, Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import type { Authenticate } from './authenticate.ts';
import { bearerToken, CLOCK_TOLERANCE, remoteKeys } from './jwks.ts';

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** The scope that a token needs for mutations; null: every token may run them. */
  readonly writeScope: string | null;
}

/** Asymmetric ones only: nobody but the issuer can sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];

/**
 * `AUTH=jwt`: who asks is the subject of a bearer token. Rejects with GatewayError UNAUTHENTICATED
 * when there is none that holds, UNAVAILABLE when that cannot be told now.
 */
export function authenticateByJwt(options: JwtOptions, log: Logger): Authenticate {
  const { issuer, audience, jwksUrl } = options;
  const findKey = remoteKeys(jwksUrl);
  return async ({ authorization }) => {
    const token = bearerToken(authorization);
    if (token === null) throw refusal('A bearer token is needed.');
    try {
      const { payload } = await jwtVerify(token, findKey, {
        ...{ algorithms, issuer, audience, clockTolerance: CLOCK_TOLERANCE },
        requiredClaims: ['exp', 'sub'],
      });
      return viewerOf(payload, options);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      // The reason helps whoever forges a token as much as whoever runs the gateway.
      log.info({ reason: error instanceof Error ? error.message : error }, 'a token was refused');
      throw refusal('The token is not valid, or not any more.');
    }
  };
}

function refusal(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}

function viewerOf(payload: JWTPayload, { writeScope }: JwtOptions): Viewer {
  const { sub: subject = '', exp = 0 } = payload;
  if (subject === '') throw refusal('The token names nobody.');
  const rights = new Set<Right>(['READ']);
  if (writeScope === null || scopesOf(payload).includes(writeScope)) rights.add('WRITE');
  return { subject, rights, expiresAt: new Date((exp + CLOCK_TOLERANCE) * 1000) };
}

/** `scope` is a text of words (RFC 8693, section 4.2); some issuers call it `scp`, or give a list. */
function scopesOf({ scope, scp }: JWTPayload): unknown[] {
  return [scope, scp].flatMap((given) => (typeof given === 'string' ? given.split(' ') : given));
}
