import { z } from 'zod';
import type { CancelSignal } from '../../domain/cancellation.ts';
import type { Credential } from './credential.ts';
import { type KeyFileOptions, replaceableKey, rsaPrivateKey } from './key.ts';
import { type IssuedToken, RefreshingCredential } from './refreshing.ts';

const AUDIENCE = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';
/** IAM's maximum lifetime of a JWT, in seconds. */
const JWT_LIFETIME = 3600;

const keyFileSchema = z.object({
  id: z.string().min(1),
  service_account_id: z.string().min(1),
  private_key: rsaPrivateKey,
});
type KeyFile = z.output<typeof keyFileSchema>;

/** The key file is the authorized key of a service account. */
export interface IamServiceAccountOptions extends KeyFileOptions {
  /** Audience of the JWT; it differs between regions. */
  readonly audience?: string | undefined;
  /** Exchanges a JWT for an IAM token (IamTokenService/Create). */
  readonly exchange: (jwt: string, signal: CancelSignal) => Promise<IssuedToken>;
}

/**
 * IAM tokens for the billing API.
 * @throws Error when the key file is invalid
 */
export function iamServiceAccount(options: IamServiceAccountOptions): Credential {
  const { audience = AUDIENCE, exchange, log } = options;
  const currentKey = replaceableKey(keyFileSchema, 'IAM service account key file', options);
  return new RefreshingCredential({
    log,
    service: 'billing',
    issue: async (signal) => exchange(await signJwt(currentKey(), audience), signal),
  });
}

/** IAM accepts only PS256 with a salt as long as the hash, which is what jose produces. */
async function signJwt(keyFile: KeyFile, audience: string): Promise<string> {
  const { SignJWT } = await import('jose');
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', kid: keyFile.id })
    .setIssuer(keyFile.service_account_id)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + JWT_LIFETIME)
    .sign(keyFile.private_key);
}
