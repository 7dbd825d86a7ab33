import { SignJWT } from 'jose';
import { z } from 'zod';
import type { Credential } from './credential.ts';
import { readKeyFile, rsaPrivateKey } from './key.ts';
import {
  type IssuedToken,
  RefreshingCredential,
  type RefreshingCredentialOptions,
} from './refreshing.ts';

const AUDIENCE = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';
/** The longest life that IAM accepts of a JWT, in seconds. */
const JWT_LIFE = 3600;

const keyFileSchema = z.object({
  id: z.string().min(1),
  service_account_id: z.string().min(1),
  private_key: rsaPrivateKey,
});
type KeyFile = z.output<typeof keyFileSchema>;

export interface IamServiceAccountOptions
  extends Pick<RefreshingCredentialOptions, 'timeoutMs' | 'minIntervalMs' | 'log'> {
  /** The parsed JSON file of an authorized key of a service account. */
  readonly keyFile: unknown;
  /** What the JWT is addressed to; other regions have other addresses. */
  readonly audience?: string | undefined;
  /** IamTokenService/Create: gives an IAM token for a JWT. */
  readonly exchange: (jwt: string, signal: AbortSignal) => Promise<IssuedToken>;
}

/** IAM tokens of the billing API. Throws an Error when the key file is not usable. */
export function iamServiceAccount(options: IamServiceAccountOptions): Credential {
  const keyFile = readKeyFile(keyFileSchema, options.keyFile, 'service-account key of IAM');
  const { audience = AUDIENCE, exchange, ...rest } = options;
  return new RefreshingCredential({
    ...rest,
    service: 'billing',
    issue: async (signal) => exchange(await signJwt(keyFile, audience), signal),
  });
}

/** IAM takes PS256 only, with a salt as long as the hash, which is what jose makes. */
function signJwt(keyFile: KeyFile, audience: string): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', kid: keyFile.id })
    .setIssuer(keyFile.service_account_id)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + JWT_LIFE)
    .sign(keyFile.private_key);
}
