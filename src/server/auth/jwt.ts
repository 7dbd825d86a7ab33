import { errors, type JWTPayload, jwtVerify } from 'jose';
import { GatewayError } from '../../domain/error.ts';
import { type Right, rolesOf, type Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import type { Authenticate } from './authenticate.ts';
import { type AccessClaims, grantedBy } from './claims.ts';
import { AuthenticationFailures, missingToken } from './failures.ts';
import { bearerToken, CLOCK_TOLERANCE, type FetchKeys, remoteKeys } from './jwks.ts';
import { tokenProblem } from './token-problem.ts';

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** URL of the issuer's JSON Web Key Set. */
  readonly jwksUrl: string;
  /** The scope that mutations require; null allows them for every token. */
  readonly writeScope: string | null;
  readonly claims: AccessClaims;
  /** How long the last known keys are used while they cannot be fetched, in milliseconds. */
  readonly jwksMaxStaleMs: number;
}

/** Asymmetric algorithms only: the gateway holds no key that could sign. */
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
 * `AUTH=jwt`: the viewer is the subject of a bearer token. Rejects with GatewayError UNAUTHENTICATED
 * when the token is missing or invalid, UNAVAILABLE when the issuer's keys cannot be fetched.
 */
export function authenticateByJwt(
  options: JwtOptions,
  fetch: FetchKeys,
  log: Logger,
): Authenticate {
  const { issuer, audience, jwksUrl, jwksMaxStaleMs: maxStaleMs } = options;
  const findKey = remoteKeys({ jwksUrl, maxStaleMs, fetch, log });
  const failures = new AuthenticationFailures('graphql', 'request refused: invalid token', log);
  return async ({ authorization }) => {
    const token = bearerToken(authorization);
    if (token === null) {
      failures.record(missingToken);
      throw refusal('A bearer token is required.');
    }
    try {
      const { payload } = await jwtVerify(token, findKey, {
        ...{ algorithms, issuer, audience, clockTolerance: CLOCK_TOLERANCE },
        requiredClaims: ['exp', 'sub'],
      });
      return viewerOf(payload, options);
    } catch (error) {
      if (error instanceof GatewayError) {
        failures.count('KEYS_UNAVAILABLE');
        throw error;
      }
      // The reason goes only to the log: it would also help someone who forges tokens.
      failures.record(tokenProblem(error));
      throw refusal('The token is invalid or has expired.');
    }
  };
}

function refusal(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}

function viewerOf(payload: JWTPayload, { writeScope, claims }: JwtOptions): Viewer {
  const { sub: subject = '', exp = 0 } = payload;
  if (subject === '')
    throw new errors.JWTClaimValidationFailed('empty "sub" claim', payload, 'sub');
  const roles = claims.roles === null ? null : rolesOf(grantedBy(payload, claims.roles));
  const resellers =
    claims.resellers === null ? null : new Set(grantedBy(payload, claims.resellers));
  const mayWrite = writeScope === null || scopesOf(payload).includes(writeScope);
  const rights = new Set<Right>();
  if (!roles || roles.has('viewer')) rights.add('READ');
  if (mayWrite && (!roles || roles.has('operator'))) rights.add('WRITE');
  return { subject, rights, roles, resellers, expiresAt: new Date(exp * 1000) };
}

/** `scope` is a space-separated list (RFC 8693, section 4.2); some issuers use `scp`, or an array. */
function scopesOf({ scope, scp }: JWTPayload): unknown[] {
  return [scope, scp].flatMap((given) => (typeof given === 'string' ? given.split(' ') : given));
}
