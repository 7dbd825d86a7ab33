import { exportSPKI } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import type { AccessClaims } from '../../src/server/auth/claims.ts';
import { authenticateByJwt } from '../../src/server/auth/jwt.ts';
import {
  audience,
  foreignKeys,
  issuer,
  keys,
  now,
  startIssuer,
  tokenOf,
} from './push-issuer.support.ts';

async function startAuthentication(
  writeScope: string | null = null,
  claims: AccessClaims = { roles: null, resellers: null },
) {
  const { trusted, state, stop } = await startIssuer();
  const { jwksUrl } = trusted;
  const options = { issuer, audience, jwksUrl, writeScope, claims, jwksMaxStaleMs: 60_000 };
  const authenticate = authenticateByJwt(options, fetch, createLogger('silent'));
  const ask = async (token: Promise<string>) =>
    authenticate({ authorization: `Bearer ${await token}` });
  return { authenticate, ask, state, stop };
}

describe('a caller', () => {
  test('is the subject of the token, until it expires', async () => {
    const { ask } = await startAuthentication();
    const exp = now() + 60;
    expect(await ask(tokenOf({ sub: 'ann', exp }))).toEqual({
      subject: 'ann',
      rights: new Set(['READ', 'WRITE']),
      roles: null,
      resellers: null,
      expiresAt: new Date(exp * 1000),
    });
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['in a text', { scope: 'openid portal.write' }, true],
    ['as scp', { scp: 'portal.write' }, true],
    ['in a list', { scp: ['portal.read', 'portal.write'] }, true],
    ['that is another', { scope: 'portal.writer' }, false],
    ['that is none', { scope: 7 }, false],
    ['nowhere', {}, false],
  ])('may write with the scope for it %s', async (_, claims, mayWrite) => {
    const { ask } = await startAuthentication('portal.write');
    const { rights } = await ask(tokenOf(claims));
    expect([rights.has('READ'), rights.has('WRITE')]).toEqual([true, mayWrite]);
  });
});

test('a rejected token is logged at warn with the cause and without the token', async () => {
  const { trusted } = await startIssuer();
  const { jwksUrl } = trusted;
  const options = { issuer, audience, jwksUrl, writeScope: null, jwksMaxStaleMs: 60_000 };
  const log = createLogger('silent');
  const warn = vi.spyOn(log, 'warn');
  const claims = { roles: null, resellers: null };
  const authenticate = authenticateByJwt({ ...options, claims }, fetch, log);
  const token = await tokenOf({ exp: now() - 60 });
  await expect(authenticate({ authorization: `Bearer ${token}` })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  const detail = { reason: 'EXPIRED', problem: expect.stringContaining('exp'), failures: 1 };
  expect(warn.mock.calls).toEqual([[detail, 'request refused: invalid token']]);
});

describe('is not known who comes', () => {
  test.each<[string, () => Promise<string>]>([
    ['with a token of somebody else', () => tokenOf({}, { key: foreignKeys.privateKey })],
    ['with a token that has expired', () => tokenOf({ exp: now() - 60 })],
    ['with a token that never expires', () => tokenOf({ exp: undefined })],
    ['with a token for somebody else', () => tokenOf({ aud: 'other' })],
    ['with a token by another issuer', () => tokenOf({ iss: 'https://other.example' })],
    ['with a token that names nobody', () => tokenOf({ sub: '' })],
    ['with a token without a subject', () => tokenOf({ sub: undefined })],
    ['with a token of an unknown key', () => tokenOf({}, { kid: 'other' })],
    [
      'with a token signed with the public key',
      async () => {
        const key = new TextEncoder().encode(await exportSPKI(keys.publicKey));
        return tokenOf({}, { alg: 'HS256', key });
      },
    ],
    ['with no token at all', async () => 'x'],
  ])('%s', async (_, token) => {
    const { ask } = await startAuthentication();
    await expect(ask(token())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([null, '', 'Basic YTpi', 'Bearer', 'Bearer a b'])('with %j', async (authorization) => {
    const { authenticate } = await startAuthentication();
    await expect(authenticate({ authorization })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'A bearer token is required.',
    });
  });
});

test('while the keys cannot be fetched, nobody is called unknown', async () => {
  const { ask, stop } = await startAuthentication();
  stop();
  await expect(ask(tokenOf())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
});
