import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { iamExchange } from '../../../src/backends/billing/iam.ts';
import { iamServiceAccount } from '../../../src/backends/credentials/iam.ts';
import { IamTokenService } from '../../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { StatusFailure, startBillingServer } from '../../support/billing-server.ts';
import { targetOf } from './billing.support.ts';

const create = IamTokenService.method.create;
const { signal } = new AbortController();

describe('iamExchange', () => {
  test('sends the JWT and returns the token with its expiry', async () => {
    const server = await startBillingServer();
    const expiresAt = new Date(Date.UTC(2030, 0, 1));
    server.on(create, () => ({
      iamToken: 't1.abc',
      expiresAt: { seconds: BigInt(expiresAt.getTime() / 1000) },
    }));
    expect(await iamExchange(targetOf(server))('j.w.t', signal)).toEqual({
      token: 't1.abc',
      expiresAt,
    });
    const [call] = server.received;
    expect(call?.method).toBe('IamTokenService/Create');
    // jwt is field 2.
    expect(call?.bytes.toString('hex')).toBe('12056a2e772e74');
    expect(call?.header('authorization')).toBeUndefined();
    expect(call?.deadline).toBeLessThan(Date.now() + 10_100);
  });

  test.each<[string, { seconds: bigint } | undefined]>([
    ['no expiry', undefined],
    ['an expiry out of range', { seconds: 9_223_372_036_854_775_807n }],
  ])('assumes a lifetime of an hour when the response has %s', async (_, expiresAt) => {
    const server = await startBillingServer();
    server.on(create, () => ({ iamToken: 't1', ...(expiresAt && { expiresAt }) }));
    const before = Date.now();
    const issued = await iamExchange(targetOf(server))('j.w.t', signal);
    expect(issued.expiresAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(issued.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  test('fails when the token is empty', async () => {
    const server = await startBillingServer();
    server.on(create, () => ({ iamToken: '' }));
    const exchange = iamExchange(targetOf(server))('j.w.t', signal);
    await expect(exchange).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  test('is cancelled at the server when it is aborted', async () => {
    const server = await startBillingServer();
    server.on(create, () => new Promise(() => {}));
    const leaving = new AbortController();
    const exchange = iamExchange(targetOf(server))('j.w.t', leaving.signal);
    const left = expect(exchange).rejects.toThrow('left');
    const call = await server.arrival(1);
    leaving.abort(new Error('left'));
    await left;
    await call.cancelled;
  });
});

describe('a service account', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = {
    id: 'key-1',
    service_account_id: 'sa-1',
    private_key: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };

  test('exchanges one JWT for concurrent calls', async () => {
    const server = await startBillingServer();
    const jwts: string[] = [];
    server.on(create, ({ request }) => {
      jwts.push(request.identity.case === 'jwt' ? request.identity.value : '');
      return {
        iamToken: 't1',
        expiresAt: { seconds: BigInt(Math.floor(Date.now() / 1000) + 43_200) },
      };
    });
    const exchange = iamExchange(targetOf(server));
    const credential = iamServiceAccount({ keyFile, audience: 'https://iam.example', exchange });
    expect(await Promise.all([credential.token(signal), credential.token(signal)])).toEqual([
      't1',
      't1',
    ]);
    expect(await credential.token(signal)).toBe('t1');
    expect(jwts).toHaveLength(1);
    const claims = { issuer: 'sa-1', audience: 'https://iam.example' };
    const { protectedHeader } = await jwtVerify(jwts[0] ?? '', rsa.publicKey, claims);
    expect(protectedHeader).toEqual({ alg: 'PS256', typ: 'JWT', kid: 'key-1' });
  });

  // After a rejected key, no request is sent for a while.
  test.each<[string, number, boolean, number]>([
    ['CANCELLED', 1, true, 2],
    ['UNKNOWN', 2, true, 2],
    ['INVALID_ARGUMENT', 3, false, 1],
    ['DEADLINE_EXCEEDED', 4, true, 2],
    ['NOT_FOUND', 5, false, 1],
    ['PERMISSION_DENIED', 7, false, 1],
    ['RESOURCE_EXHAUSTED', 8, true, 2],
    ['FAILED_PRECONDITION', 9, false, 1],
    ['INTERNAL', 13, true, 2],
    ['UNAVAILABLE', 14, true, 2],
    ['UNAUTHENTICATED', 16, false, 1],
  ])('is UNAVAILABLE when IAM returns %s', async (_, code, retryable, calls) => {
    const server = await startBillingServer();
    server.on(create, () => {
      throw new StatusFailure(code, 'vendor message');
    });
    const exchange = iamExchange(targetOf(server));
    const credential = iamServiceAccount({ keyFile, exchange });
    const failure = {
      code: 'UNAVAILABLE',
      service: 'billing',
      retryable,
      message: 'The gateway cannot authenticate to the billing API.',
    };
    await expect(credential.token(signal)).rejects.toMatchObject(failure);
    await expect(credential.token(signal)).rejects.toMatchObject(failure);
    expect(server.received).toHaveLength(calls);
  });

  test('is UNAVAILABLE while IAM is unreachable and recovers with it', async () => {
    const server = await startBillingServer();
    server.stop();
    const exchange = vi.fn(iamExchange(targetOf(server)));
    const credential = iamServiceAccount({ keyFile, exchange });
    await expect(credential.token(signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    const back = await startBillingServer(server.port);
    back.on(create, () => ({ iamToken: 't1' }));
    await expect.poll(() => credential.token(signal), { timeout: 3_000 }).toBe('t1');
  });
});
