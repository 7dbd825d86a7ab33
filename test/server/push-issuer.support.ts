import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import type { PushTokenOptions } from '../../src/server/auth/push-token.ts';

const KID = 'key-1';
export const audience = 'https://gateway.example/notifications/push';
export const serviceAccount = 'push@project.iam.gserviceaccount.com';
export const issuer = 'https://accounts.google.com';

/** Of the issuer, and of somebody else: made once, as it takes a while. */
const options = { modulusLength: 2048, extractable: true };
export const keys = await generateKeyPair('RS256', options);
export const foreignKeys = await generateKeyPair('RS256', options);

/** The issuer's key server, and what a gateway that trusts it is configured with. */
export async function startIssuer() {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: KID, alg: 'RS256', use: 'sig' };
  const state = {
    fetches: 0,
    answer: { status: 200, body: JSON.stringify({ keys: [jwk] }) },
    /** Whether requests are accepted and never answered. */
    hangs: false,
  };
  const server = createServer((_request, response) => {
    state.fetches++;
    const { status, body } = state.answer;
    if (state.hangs) return;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  const jwksUrl = `http://127.0.0.1:${port}/certs`;
  const trusted: PushTokenOptions = { audience, serviceAccount, issuer, jwksUrl };
  return { state, stop, trusted };
}

/** The time in seconds, as tokens have it. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

type Claims = Readonly<Record<string, unknown>>;

/** What Pub/Sub sends; undefined leaves a claim out. */
export function claims(changes: Claims = {}) {
  return {
    iss: issuer,
    aud: audience,
    azp: '113774264463038321964',
    sub: '113774264463038321964',
    email: serviceAccount,
    email_verified: true,
    iat: now(),
    exp: now() + 3600,
    ...changes,
  };
}

/** A token as Pub/Sub's, but for the changes. */
export function tokenOf(
  changes: Claims = {},
  { alg = 'RS256', kid = KID, key = keys.privateKey as CryptoKey | Uint8Array } = {},
): Promise<string> {
  return new SignJWT(claims(changes)).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
}
