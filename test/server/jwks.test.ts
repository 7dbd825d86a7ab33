import { exportJWK, generateKeyPair } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { authenticateByJwt } from '../../src/server/auth/jwt.ts';
import { audience, issuer, startIssuer, tokenOf } from './push-issuer.support.ts';

const HOUR = 3_600_000;

async function start(jwksMaxStaleMs = 24 * HOUR) {
  const started = await startIssuer();
  const { jwksUrl } = started.trusted;
  const claims = { roles: null, resellers: null };
  const options = { issuer, audience, jwksUrl, jwksMaxStaleMs, writeScope: null, claims };
  const authenticate = authenticateByJwt(options, fetch, createLogger('silent'));
  const ask = async (token: Promise<string>) =>
    (await authenticate({ authorization: `Bearer ${await token}` })).subject;
  const realNow = performance.now.bind(performance);
  let later = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => realNow() + later);
  onTestFinished(() => clock.mockRestore());
  const pass = (ms: number): void => {
    later += ms;
  };
  return { ...started, ask, pass };
}

const valid = () => tokenOf({ sub: 'ann' });
const unknown = (kid: string) => tokenOf({ sub: 'eve' }, { kid });
const unavailable = { code: 'UNAVAILABLE', retryable: true };

test('the last known keys stay in use while the issuer fails', async () => {
  const { ask, pass, state } = await start();
  expect(await ask(valid())).toBe('ann');
  state.answer = { status: 500, body: '' };
  for (let hours = 0; hours < 23; hours++) {
    pass(HOUR);
    expect(await ask(valid())).toBe('ann');
  }
  pass(2 * HOUR);
  await expect(ask(valid())).rejects.toMatchObject(unavailable);
});

test('a token waits shortly for an issuer that hangs, and the next ones not at all', async () => {
  const { ask, pass, state } = await start();
  await ask(valid());
  state.hangs = true;
  pass(HOUR);
  const first = performance.now();
  expect(await ask(valid())).toBe('ann');
  expect(performance.now() - first).toBeLessThan(1_500);
  const next = performance.now();
  expect(await Promise.all([ask(valid()), ask(valid()), ask(valid())])).toHaveLength(3);
  expect(performance.now() - next).toBeLessThan(250);
  expect(state.fetches).toBe(2);
});

test('keys are fetched again in the background, without a wait', async () => {
  const { ask, pass, state } = await start();
  await ask(valid());
  state.hangs = true;
  pass(6 * 60_000);
  const asked = performance.now();
  expect(await ask(valid())).toBe('ann');
  expect(performance.now() - asked).toBeLessThan(250);
  await expect.poll(() => state.fetches, { interval: 2 }).toBe(2);
});

test('a key that the issuer has removed is no longer accepted', async () => {
  const { ask, pass, state } = await start();
  await ask(valid());
  const { publicKey } = await generateKeyPair('RS256');
  const other = { ...(await exportJWK(publicKey)), kid: 'other', alg: 'RS256', use: 'sig' };
  state.answer = { status: 200, body: JSON.stringify({ keys: [other] }) };
  pass(HOUR);
  await expect(ask(valid())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('any number of unknown key ids causes one fetch in 10 seconds', async () => {
  const { ask, pass, state } = await start();
  await ask(valid());
  const attack = (round: string) =>
    Promise.allSettled(Array.from({ length: 50 }, (_, n) => ask(unknown(`${round}-${n}`))));
  await attack('a');
  expect(state.fetches).toBe(1);
  pass(9_000);
  await attack('soon');
  expect(state.fetches).toBe(1);
  pass(2_000);
  for (const { status } of await attack('b')) expect(status).toBe('rejected');
  expect(state.fetches).toBe(2);
  await attack('c');
  expect(state.fetches).toBe(2);
});

test('unknown key ids cause no more fetches while the issuer hangs or fails', async () => {
  const { ask, pass, state, stop } = await start();
  await ask(valid());
  state.hangs = true;
  pass(31_000);
  const attack = () =>
    Promise.allSettled(Array.from({ length: 50 }, (_, n) => ask(unknown(`u-${n}`))));
  const hanging = attack();
  await expect.poll(() => state.fetches, { interval: 2 }).toBe(2);
  // A token with a known key is not affected.
  expect(await ask(valid())).toBe('ann');
  stop();
  const outcomes = await hanging;
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  await attack();
  expect(state.fetches).toBe(2);
});

test('an issuer that was never reached is asked by one request at a time, with pauses', async () => {
  const { ask, pass, state } = await start();
  const { answer } = state;
  state.answer = { status: 503, body: '' };
  for (let n = 0; n < 20; n++) await expect(ask(valid())).rejects.toMatchObject(unavailable);
  expect(state.fetches).toBeLessThan(6);
  state.answer = answer;
  pass(1_000);
  expect(await ask(valid())).toBe('ann');
});
