import { exportSPKI, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { createVerifyPushToken, type PushTokenOptions } from '../../src/server/auth/push-token.ts';
import { startServer } from './harness.support.ts';
import {
  audience,
  claims,
  foreignKeys,
  issuer,
  keys,
  now,
  serviceAccount,
  startIssuer,
  tokenOf,
} from './push-issuer.support.ts';
import { codedErrors, json, send } from './send.support.ts';

const body = json({ message: { messageId: '1', data: 'e30=' } });

async function startPush(trusted: PushTokenOptions) {
  const receive = vi.fn(async () => {});
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const { url } = await startServer({
    push: { receive, verify: createVerifyPushToken(trusted, fetch, createLogger('silent')) },
    log,
  });
  const push = (authorization?: string, headers: Record<string, string> = {}) =>
    send(new URL('/notifications/push', url).href, {
      headers: authorization === undefined ? headers : { ...headers, authorization },
      body,
    });
  return { push, receive, logged };
}

describe('a push is received', () => {
  test('with the token of the service account', async () => {
    const { trusted } = await startIssuer();
    const { push, receive } = await startPush(trusted);
    expect((await push(`Bearer ${await tokenOf()}`)).status).toBe(204);
    expect(receive).toHaveBeenCalledOnce();
  });

  test('with the token also under the name that the world knows the gateway by', async () => {
    const { trusted } = await startIssuer();
    const { push, receive } = await startPush(trusted);
    const host = 'gateway.example';
    expect((await push(`Bearer ${await tokenOf()}`, { host })).status).toBe(204);
    expect((await push('Bearer nobody', { host })).status).toBe(401);
    expect(receive).toHaveBeenCalledOnce();
  });

  test.each([
    ['whose scheme is in other letters', 'bEARER', {}],
    ['of several audiences', 'Bearer', { aud: ['https://other.example', audience] }],
    ['that ended seconds ago, as clocks differ', 'Bearer', { exp: now() - 10 }],
    ['that is not signed yet, as clocks differ', 'Bearer', { nbf: now() + 10 }],
  ])('with a token %s', async (_, scheme, changes) => {
    const { trusted } = await startIssuer();
    const { push, receive } = await startPush(trusted);
    expect((await push(`${scheme} ${await tokenOf(changes)}`)).status).toBe(204);
    expect(receive).toHaveBeenCalledOnce();
  });
});

const bearer = async (token: Promise<string>): Promise<string> => `Bearer ${await token}`;

/** The claims of one token under the signature of another. */
async function spliced(): Promise<string> {
  const [header, , signature] = (await tokenOf({ email: 'other@project.example' })).split('.');
  const [, payload] = (await tokenOf()).split('.');
  return [header, payload, signature].join('.');
}

/** The public key is known to everybody: who takes it for a secret is fooled. */
async function keyedWithPublicKey(): Promise<string> {
  const key = new TextEncoder().encode(await exportSPKI(keys.publicKey));
  return tokenOf({}, { alg: 'HS256', key });
}

describe('a push is refused, and nothing received,', () => {
  test.each<[string, () => Promise<string | undefined>]>([
    ['without a token', async () => undefined],
    ['with an empty header', async () => ''],
    ['with no token after the scheme', async () => 'Bearer '],
    ['with a token that is none', async () => 'Bearer secret'],
    ['with a token of three parts that is none', async () => 'Bearer a.b.c'],
    ['with two tokens', async () => `Bearer ${await tokenOf()} ${await tokenOf()}`],
    ['with another scheme', async () => `Basic ${await tokenOf()}`],
    ['with the token alone', () => tokenOf()],
    ['with a signature by another key', () => bearer(tokenOf({}, { key: foreignKeys.privateKey }))],
    ['with the signature of another token', () => bearer(spliced())],
    ['without a signature', async () => `Bearer ${new UnsecuredJWT(claims()).encode()}`],
    ['with a signature cut off', async () => `Bearer ${(await tokenOf()).replace(/[^.]+$/, '')}`],
    ['with HS256 and the public key as secret', () => bearer(keyedWithPublicKey())],
    ['with a key that the issuer has not', () => bearer(tokenOf({}, { kid: 'key-2' }))],
    ['when the token ended', () => bearer(tokenOf({ exp: now() - 60 }))],
    ['when the token never ends', () => bearer(tokenOf({ exp: undefined }))],
    ['when the token is not valid yet', () => bearer(tokenOf({ nbf: now() + 600 }))],
    ['for another audience', () => bearer(tokenOf({ aud: 'https://gateway.example' }))],
    ['for no audience', () => bearer(tokenOf({ aud: undefined }))],
    ['from another issuer', () => bearer(tokenOf({ iss: `${issuer}.evil.example` }))],
    ['from no issuer', () => bearer(tokenOf({ iss: undefined }))],
    ['from another account', () => bearer(tokenOf({ email: 'push@evil.iam.gserviceaccount.com' }))],
    ['from an account of longer name', () => bearer(tokenOf({ email: `x${serviceAccount}` }))],
    ['from no account', () => bearer(tokenOf({ email: undefined }))],
    ['from an unverified account', () => bearer(tokenOf({ email_verified: false }))],
    ['from an account verified in a word', () => bearer(tokenOf({ email_verified: 'true' }))],
    [
      'from an account of which nothing is told',
      () => bearer(tokenOf({ email_verified: undefined })),
    ],
  ])('%s', async (_, makeAuthorization) => {
    const { trusted } = await startIssuer();
    const { push, receive, logged } = await startPush(trusted);
    const authorization = await makeAuthorization();
    const { status, headers, text } = await push(authorization);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(codedErrors(text)).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(receive).not.toHaveBeenCalled();
    // Why is for the log; the token is for nobody.
    expect(logged).toHaveLength(1);
    const { reason } = JSON.parse(logged[0] ?? '');
    expect(reason).toMatch(/\w/);
    for (const part of authorization?.split(/[ .]/).filter((part) => part.length > 3) ?? []) {
      if (!/^(Bearer|Basic)$/.test(part)) expect(logged[0] + text).not.toContain(part);
    }
  });
});

describe('the keys of the issuer', () => {
  test('are fetched once for any number of tokens', async () => {
    const { trusted, state } = await startIssuer();
    const { push } = await startPush(trusted);
    const authorization = await bearer(tokenOf());
    const sent = await Promise.all([push(authorization), push(authorization)]);
    sent.push(await push(authorization));
    expect(sent.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(state.fetches).toBe(1);
  });

  test('are not fetched again for every token of an unknown key', async () => {
    const { trusted, state } = await startIssuer();
    const { push } = await startPush(trusted);
    for (let n = 0; n < 5; n++) {
      const authorization = await bearer(tokenOf({}, { kid: `unknown-${n}` }));
      expect((await push(authorization)).status).toBe(401);
    }
    expect(state.fetches).toBe(1);
    expect((await push(await bearer(tokenOf()))).status).toBe(204);
    expect(state.fetches).toBe(1);
  });

  test('are not fetched for a token that cannot be right', async () => {
    const { trusted, state } = await startIssuer();
    const { push } = await startPush(trusted);
    for (const authorization of [undefined, 'Bearer secret', await bearer(keyedWithPublicKey())]) {
      expect((await push(authorization)).status).toBe(401);
    }
    expect(state.fetches).toBe(0);
  });

  test.each([
    ['fail', { status: 500, body: '{}' }],
    ['are not there', { status: 404, body: '' }],
    ['are not JSON', { status: 200, body: '<html>' }],
    ['are no keys', { status: 200, body: '{"keys":1}' }],
  ])('that %s have the push sent again, until they are there', async (_, answer) => {
    const { trusted, state } = await startIssuer();
    const { push, receive, logged } = await startPush(trusted);
    const good = state.answer;
    state.answer = answer;
    const token = await tokenOf();
    const { status, text } = await push(`Bearer ${token}`);
    expect(status).toBe(503);
    expect(codedErrors(text)).toMatchObject([
      { extensions: { code: 'UNAVAILABLE', retryable: true } },
    ]);
    expect(receive).not.toHaveBeenCalled();
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain(token);
    state.answer = good;
    expect((await push(`Bearer ${token}`)).status).toBe(204);
  });

  test('that nobody serves have the push sent again', async () => {
    const { trusted, stop } = await startIssuer();
    stop();
    const { push, receive } = await startPush(trusted);
    expect((await push(await bearer(tokenOf()))).status).toBe(503);
    expect(receive).not.toHaveBeenCalled();
  });
});
