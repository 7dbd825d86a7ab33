import { SignJWT } from 'jose';
import { z } from 'zod';
import { GatewayError } from '../../domain/error.ts';
import type { Credential } from './credential.ts';
import { readKeyFile, rsaPrivateKey } from './key.ts';
import {
  type IssuedToken,
  RefreshingCredential,
  type RefreshingCredentialOptions,
} from './refreshing.ts';

/** Every method of the reseller API; the readonly scope covers only the GETs. */
const ORDER_SCOPE = 'https://www.googleapis.com/auth/apps.order';
/** The longest life that Google accepts of an assertion, in seconds. */
const ASSERTION_LIFE = 3600;
/** What an access token lives when the answer does not say, in seconds. */
const TOKEN_LIFE = 3600;

const keyFileSchema = z.object({
  client_email: z.string().min(1),
  private_key: rsaPrivateKey,
  private_key_id: z.string().optional(),
  token_uri: z.url(),
});
type KeyFile = z.output<typeof keyFileSchema>;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(TOKEN_LIFE),
});
const tokenFailure = z.object({ error: z.string(), error_description: z.string().optional() });

export interface GoogleServiceAccountOptions
  extends Pick<RefreshingCredentialOptions, 'timeoutMs' | 'minIntervalMs' | 'log'> {
  /** The parsed JSON key file of a service account with domain-wide delegation. */
  readonly keyFile: unknown;
  /** The reseller's administrator on whose behalf it acts. */
  readonly subject: string;
  readonly scope?: string | undefined;
}

/**
 * Tokens of the reseller API by the JWT bearer grant (RFC 7523).
 * Throws an Error when the key file is not usable.
 */
export function googleServiceAccount(options: GoogleServiceAccountOptions): Credential {
  const keyFile = readKeyFile(keyFileSchema, options.keyFile, 'Google service-account key');
  const { subject, scope = ORDER_SCOPE, ...rest } = options;
  return new RefreshingCredential({
    ...rest,
    service: 'reseller',
    issue: async (signal) =>
      requestToken(keyFile, await assertion(keyFile, subject, scope), signal),
  });
}

function assertion(keyFile: KeyFile, subject: string, scope: string): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const kid = keyFile.private_key_id;
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(keyFile.client_email)
    .setSubject(subject)
    .setAudience(keyFile.token_uri)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_LIFE)
    .sign(keyFile.private_key);
}

async function requestToken(
  keyFile: KeyFile,
  jwt: string,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const response = await fetch(keyFile.token_uri, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jwt,
    }),
    redirect: 'error',
    signal,
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusedGrant(response.status, body);
  const { access_token: token, expires_in: life } = tokenAnswer.parse(body);
  return { token, expiresAt: new Date(Date.now() + life * 1000) };
}

/** A 4xx speaks of the key or the delegation, which the same request will not change. */
function refusedGrant(status: number, body: unknown): GatewayError {
  const { error = '', error_description = '' } = tokenFailure.safeParse(body).data ?? {};
  const message = `The token endpoint answered ${status} ${error} ${error_description}`.trim();
  const retryable = status >= 500 || status === 408 || status === 429;
  return new GatewayError('UNAVAILABLE', message, { service: 'reseller', retryable });
}
