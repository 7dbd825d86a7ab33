import { z } from 'zod';
import { abortSignalOf } from '../../domain/cancellation.ts';
import { GatewayError } from '../../domain/error.ts';
import { vendorText } from '../../domain/sensitive-text.ts';
import { inSpan, traceHeaders } from '../../domain/tracing.ts';
import { Egress } from '../network/egress.ts';
import type { Credential } from './credential.ts';
import { type KeyFileOptions, replaceableKey, rsaPrivateKey } from './key.ts';
import { type IssuedToken, RefreshingCredential } from './refreshing.ts';
import { statusOf, tokenSpan } from './token-span.ts';

/** Grants every method of the reseller API; the readonly scope covers only GET. */
const ORDER_SCOPE = 'https://www.googleapis.com/auth/apps.order';
/** Google's maximum lifetime of an assertion, in seconds. */
const ASSERTION_LIFETIME = 3600;
/** Lifetime of an access token, in seconds, when the response has no expires_in. */
const DEFAULT_TOKEN_LIFETIME = 3600;

const keyFileSchema = z.object({
  client_email: z.string().min(1),
  private_key: rsaPrivateKey,
  private_key_id: z.string().optional(),
  token_uri: z.url(),
});
type KeyFile = z.output<typeof keyFileSchema>;

const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(DEFAULT_TOKEN_LIFETIME),
});
const tokenFailure = z.object({ error: z.string(), error_description: z.string().optional() });

/** The key file is that of a service account with domain-wide delegation. */
export interface GoogleServiceAccountOptions extends KeyFileOptions {
  /** Email of the reseller administrator that the service account impersonates. */
  readonly subject: string;
  /** How connections are made; directly by default. */
  readonly egress?: Egress | undefined;
}

/**
 * Access tokens for the reseller API by the JWT bearer grant (RFC 7523).
 * @throws Error when the key file is invalid
 */
export function googleServiceAccount(options: GoogleServiceAccountOptions): Credential {
  const { subject, egress = new Egress(), log } = options;
  const currentKey = replaceableKey(keyFileSchema, 'Google service account key file', options);
  return new RefreshingCredential({
    log,
    service: 'reseller',
    issue: async (signal) => {
      const key = currentKey();
      const jwt = await signAssertion(key, subject);
      return requestToken(key, jwt, abortSignalOf(signal), egress);
    },
  });
}

async function signAssertion(keyFile: KeyFile, subject: string): Promise<string> {
  const { SignJWT } = await import('jose');
  const issuedAt = Math.floor(Date.now() / 1000);
  const kid = keyFile.private_key_id;
  return new SignJWT({ scope: ORDER_SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(keyFile.client_email)
    .setSubject(subject)
    .setAudience(keyFile.token_uri)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_LIFETIME)
    .sign(keyFile.private_key);
}

function requestToken(
  keyFile: KeyFile,
  jwt: string,
  signal: AbortSignal,
  egress: Egress,
): Promise<IssuedToken> {
  const url = keyFile.token_uri;
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: jwt,
  });
  return inSpan(
    () => tokenSpan('POST', url),
    async (span) => {
      const headers = traceHeaders();
      const sent = { method: 'POST', headers, body, redirect: 'error', signal } as const;
      const response = await egress.fetch(url, sent);
      span?.set(statusOf(response));
      const answer: unknown = await response.json().catch(() => null);
      if (!response.ok) throw tokenError(response.status, answer);
      const { access_token: token, expires_in: lifetime } = tokenResponse.parse(answer);
      return { token, expiresAt: new Date(Date.now() + lifetime * 1000) };
    },
  );
}

/** A 4xx means that the key or the delegation is invalid, so a retry would fail too. */
function tokenError(status: number, body: unknown): GatewayError {
  const { error = '', error_description = '' } = tokenFailure.safeParse(body).data ?? {};
  const message =
    `The token endpoint returned ${status} ${vendorText(`${error} ${error_description}`)}`.trim();
  const retryable = status >= 500 || status === 408 || status === 429;
  return new GatewayError('UNAVAILABLE', message, { service: 'reseller', retryable });
}
