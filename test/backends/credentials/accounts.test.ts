import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { googleServiceAccount } from '../../../src/backends/credentials/google.ts';
import { iamServiceAccount } from '../../../src/backends/credentials/iam.ts';
import { type Handler, reply, startBackend } from '../reseller/reseller.support.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecPem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const { signal } = new AbortController();

describe('a Google service account', () => {
  const keyFileOf = (tokenUri: string) => ({
    type: 'service_account',
    client_email: 'robot@p.example',
    private_key: pem,
    private_key_id: 'k1',
    token_uri: tokenUri,
  });

  async function account(handler: Handler) {
    const server = await startBackend(handler);
    const keyFile = keyFileOf(`${server.url}/token`);
    const subject = 'admin@reseller.example';
    return { server, credential: googleServiceAccount({ keyFile, subject }) };
  }

  test('exchanges a signed assertion for a token and caches it', async () => {
    const { server, credential } = await account((_, response) =>
      reply(response, { access_token: 'a1', expires_in: 3599, token_type: 'Bearer' }),
    );
    expect(await credential.token(signal)).toBe('a1');
    expect(await credential.token(signal)).toBe('a1');
    expect(server.received).toHaveLength(1);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', url: '/token' });
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    const form = new URLSearchParams(request?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const jwt = form.get('assertion') ?? '';
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    const { payload } = await jwtVerify(jwt, rsa.publicKey, {
      issuer: 'robot@p.example',
      subject: 'admin@reseller.example',
      audience: `${server.url}/token`,
    });
    expect(payload['scope']).toBe('https://www.googleapis.com/auth/apps.order');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  test.each<[string, number, string, boolean, number]>([
    ['invalid_grant', 400, '{"error":"invalid_grant","error_description":"no"}', false, 1],
    ['unauthorized_client', 401, '{"error":"unauthorized_client"}', false, 1],
    ['HTML 404', 404, '<html>', false, 1],
    ['429', 429, '', true, 2],
    ['500', 500, '{"error":"internal_failure"}', true, 2],
    ['HTML 502', 502, '<html>', true, 2],
    ['a redirect', 302, '', true, 2],
    ['200 that is not JSON', 200, '<html>', true, 2],
    ['200 without a token', 200, '{"id_token":"x"}', true, 2],
  ])('is UNAVAILABLE when the token endpoint returns %s', async (_, status, body, retryable, calls) => {
    const { server, credential } = await account((_request, response) =>
      response.writeHead(status, { location: '/elsewhere' }).end(body),
    );
    const failure = { code: 'UNAVAILABLE', service: 'reseller', retryable };
    await expect(credential.token(signal)).rejects.toMatchObject(failure);
    await expect(credential.token(signal)).rejects.toMatchObject(failure);
    expect(server.received).toHaveLength(calls);
  });

  test('is UNAVAILABLE when the token endpoint is unreachable', async () => {
    const { server, credential } = await account(() => {});
    await server.stop();
    await expect(credential.token(signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
  });

  test.each<[string, object, RegExp]>([
    ['no key', { private_key: undefined }, /private_key/],
    ['no PEM', { private_key: 's3cret' }, /private_key: must be an RSA/],
    ['another type of key', { private_key: ecPem }, /private_key: must be an RSA/],
    ['no email', { client_email: '' }, /client_email/],
    ['no token endpoint', { token_uri: 'token' }, /token_uri/],
  ])('rejects a key file with %s without showing its contents', (_, change, problem) => {
    const keyFile = { ...keyFileOf('https://oauth2.example/token'), ...change };
    const make = () => googleServiceAccount({ keyFile, subject: 'x@y.example' });
    expect(make).toThrow(problem);
    expect(make).not.toThrow(/s3cret|PRIVATE KEY/);
  });

  test('signs each assertion with the key that its file has now', async () => {
    const { server } = await account((_, response) => reply(response, { access_token: 'a1' }));
    const keyFile = keyFileOf(`${server.url}/token`);
    const reader = { setting: 'RESELLER_KEY_FILE', read: () => ({ ...keyFile, ...replaced }) };
    let replaced: object = {};
    const credential = googleServiceAccount({ keyFile, reader, subject: 'x@y.example' });
    await credential.token(signal);
    replaced = { private_key_id: 'k2' };
    credential.invalidate('a1');
    await credential.token(signal);
    const kids = server.received.map(({ body }) => {
      const jwt = new URLSearchParams(body).get('assertion') ?? '';
      return decodeProtectedHeader(jwt).kid;
    });
    expect(kids).toEqual(['k1', 'k2']);
  });

  test.each([null, 'x', []])('rejects the key file %j', (keyFile) => {
    expect(() => googleServiceAccount({ keyFile, subject: 'x@y.example' })).toThrow(
      /Invalid Google/,
    );
  });
});

describe('an IAM service account', () => {
  const keyFile = {
    id: 'key1',
    service_account_id: 'sa1',
    private_key: `PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <key1>\n${pem}`,
    key_algorithm: 'RSA_2048',
  };
  const issued = { token: 'iam1', expiresAt: new Date(Date.now() + 43_200_000) };

  test.each([
    undefined,
    'https://iam.elsewhere.example/iam/v1/tokens',
  ])('exchanges a signed JWT with the audience %s', async (audience) => {
    const jwts: string[] = [];
    const credential = iamServiceAccount({
      keyFile,
      audience,
      exchange: async (jwt) => {
        jwts.push(jwt);
        return issued;
      },
    });
    expect(await credential.token(signal)).toBe('iam1');
    expect(await credential.token(signal)).toBe('iam1');
    expect(jwts).toHaveLength(1);
    const [jwt = ''] = jwts;
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'PS256', typ: 'JWT', kid: 'key1' });
    const { payload } = await jwtVerify(jwt, rsa.publicKey, {
      issuer: 'sa1',
      audience: audience ?? 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  test('is UNAVAILABLE when the exchange fails', async () => {
    const credential = iamServiceAccount({
      keyFile,
      exchange: async () => {
        throw new Error('14 UNAVAILABLE');
      },
    });
    await expect(credential.token(signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      service: 'billing',
      retryable: true,
    });
  });

  test('signs each JWT with the key that its file has now, or the last valid one', async () => {
    const kids: unknown[] = [];
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() };
    const exchange = async (jwt: string) => {
      kids.push(decodeProtectedHeader(jwt).kid);
      return { ...issued, token: `iam${kids.length}` };
    };
    const files: unknown[] = [{ ...keyFile, id: 'key2' }, { id: 'key3' }];
    const reader = { setting: 'BILLING_KEY_FILE', read: () => files.shift() };
    const credential = iamServiceAccount({ keyFile, reader, exchange, log });
    await credential.token(signal);
    credential.invalidate('iam1');
    await credential.token(signal);
    expect(kids).toEqual(['key2', 'key2']);
    expect(log.warn).toHaveBeenCalledWith(
      { setting: 'BILLING_KEY_FILE', problem: expect.stringContaining('service_account_id') },
      'key file cannot be used, using the previous key',
    );
  });

  test('rejects an invalid key file', () => {
    const exchange = async () => issued;
    expect(() => iamServiceAccount({ keyFile: {}, exchange })).toThrow(/id.*service_account_id/);
  });
});
