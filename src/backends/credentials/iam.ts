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
/** IAM's maximum lifetime of a JWT, in seconds. */
const JWT_LIFETIME = 3600;

const keyFileSchema = z.object({
  id: z.string().min(1),
  service_account_id: z.string().min(1),
  private_key: rsaPrivateKey,
});
type KeyFile = z.output<typeof keyFileSchema>;

export interface IamServiceAccountOptions extends Pick<RefreshingCredentialOptions, 'log'> {
  /** The parsed JSON file of a service account's authorized key. */
  readonly keyFile: unknown;
  /** Audience of the JWT; it differs between regions. */
  readonly audience?: string | undefined;
  /** Exchanges a JWT for an IAM token (IamTokenService/Create). */
  readonly exchange: (jwt: string, signal: AbortSignal) => Promise<IssuedToken>;
}

/**
 * IAM tokens for the billing API.
 * @throws Error when the key file is invalid
 */
export function iamServiceAccount(options: IamServiceAccountOptions): Credential {
  const keyFile = readKeyFile(keyFileSchema, options.keyFile, 'IAM service account key file');
  const { audience = AUDIENCE, exchange, ...rest } = options;
  return new RefreshingCredential({
    ...rest,
    service: 'billing',
    issue: async (signal) => exchange(await signJwt(keyFile, audience), signal),
  });
}

/** IAM accepts only PS256 with a salt as long as the hash, which is what jose produces. */
function signJwt(keyFile: KeyFile, audience: string): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', kid: keyFile.id })
    .setIssuer(keyFile.service_account_id)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + JWT_LIFETIME)
    .sign(keyFile.private_key);
}
