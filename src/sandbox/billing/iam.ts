import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import {
  type CreateIamTokenRequest,
  CreateIamTokenResponseSchema,
  type IamTokenService,
} from '../../gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import type { UnaryImplementation } from './grpc-service.ts';
import type { Serve } from './serve.ts';
import { StatusError } from './status.ts';
import { RequestCheck } from './validation.ts';

const lifetimeMs = 12 * 60 * 60 * 1000;
const maxJwtSeconds = 3600;
const maxOauthLength = 4000;
const maxJwtLength = 8000;

interface Claims {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
}

/**
 * The method of yandex.cloud.iam.v1.IamTokenService. It checks a JWT's form and times, not its
 * signature, because the sandbox knows no keys.
 */
export function iamTokenService(
  serve: Serve,
  token: string | undefined,
  now: () => number,
): UnaryImplementation<typeof IamTokenService> {
  return {
    create: serve.open('IamTokenService.Create', (request: CreateIamTokenRequest) => {
      checkIdentity(request, now());
      return create(CreateIamTokenResponseSchema, {
        iamToken: token ?? `t1.${randomBytes(30).toString('base64url')}`,
        expiresAt: timestampFromMs(now() + lifetimeMs),
      });
    }),
  };
}

function checkIdentity({ identity }: CreateIamTokenRequest, nowMs: number): void {
  const check = new RequestCheck();
  if (identity.case === undefined) check.violation('identity', 'exactly one value is required');
  else if (identity.case === 'jwt') check.maxLength('jwt', identity.value, maxJwtLength);
  else check.maxLength('yandex_passport_oauth_token', identity.value, maxOauthLength);
  check.done();
  if (identity.value === '') throw rejected('The credential is empty');
  if (identity.case !== 'jwt') return;
  const { iss, iat, exp } = claimsOf(identity.value);
  if (iss === '') throw rejected('The JWT has no issuer');
  if (exp - iat > maxJwtSeconds) throw rejected('The JWT is valid for more than one hour');
  if (exp * 1000 <= nowMs) throw rejected('The JWT has expired');
}

function claimsOf(jwt: string): Claims {
  const [head = '', payload = '', signature = '', ...rest] = jwt.split('.');
  const header = decoded(head);
  const claims = decoded(payload);
  if (signature === '' || rest.length > 0) throw rejected('The JWT is malformed');
  if (header['alg'] !== 'PS256') throw rejected('The JWT is not signed with PS256');
  const { iss, iat, exp } = claims;
  if (typeof iss === 'string' && typeof iat === 'number' && typeof exp === 'number') {
    return { iss, iat, exp };
  }
  throw rejected('The JWT lacks iss, iat or exp');
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  } catch {
    throw rejected('The JWT is malformed');
  }
}

function rejected(message: string): StatusError {
  return new StatusError(status.UNAUTHENTICATED, message);
}
