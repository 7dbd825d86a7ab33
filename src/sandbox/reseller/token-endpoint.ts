import { randomBytes } from 'node:crypto';
import type { HttpRequest, HttpResponse } from './router.ts';

/** Where a service account's key file can have its `token_uri`. */
export const tokenPath = '/token';

const grants = new Set(['urn:ietf:params:oauth:grant-type:jwt-bearer', 'refresh_token']);
const lifetimeSeconds = 3600;

/**
 * OAuth's token endpoint for service accounts and refresh tokens (RFC 6749, RFC 7523). It checks the
 * form of a request but no signature, because the sandbox knows no keys.
 */
export function grantToken(request: HttpRequest, token: string | undefined): HttpResponse {
  const form = new URLSearchParams(request.body);
  const grant = form.get('grant_type') ?? '';
  if (request.verb !== 'POST') return refused(405, 'invalid_request', 'Use POST.');
  if (!grants.has(grant)) {
    return refused(400, 'unsupported_grant_type', `Invalid grant_type: ${grant}`);
  }
  const isRefresh = grant === 'refresh_token';
  const credential = form.get(isRefresh ? 'refresh_token' : 'assertion') ?? '';
  if (credential === '' || (!isRefresh && credential.split('.').length !== 3)) {
    return refused(400, 'invalid_grant', 'Invalid JWT Signature.');
  }
  return json(200, {
    access_token: token ?? `ya29.${randomBytes(24).toString('base64url')}`,
    expires_in: lifetimeSeconds,
    token_type: 'Bearer',
  });
}

function refused(status: number, error: string, description: string): HttpResponse {
  return json(status, { error, error_description: description });
}

function json(status: number, value: object): HttpResponse {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  };
  return { status, headers, body: JSON.stringify(value) };
}
