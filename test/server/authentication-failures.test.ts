import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { authenticationFailed } from '../../src/domain/telemetry.ts';
import { createLogger } from '../../src/log.ts';
import { AuthenticationFailures, missingToken } from '../../src/server/auth/failures.ts';
import { authenticateByJwt } from '../../src/server/auth/jwt.ts';
import { PUSH_PATH } from '../../src/server/routes.ts';
import { startTestGateway } from '../support/gateway.ts';
import { audience, foreignKeys, issuer, now, startIssuer, tokenOf } from './push-issuer.support.ts';
import { send } from './send.support.ts';

/** What was counted since the call, as `endpoint reason`. */
function counted(): string[] {
  const all: string[] = [];
  onTestFinished(
    authenticationFailed.subscribe(({ endpoint, reason }) => all.push(`${endpoint} ${reason}`)),
  );
  return all;
}

/** A log that records its warnings. */
function watchedLog() {
  const log = createLogger('silent');
  const warn = vi.spyOn(log, 'warn');
  return { log, lines: () => warn.mock.calls };
}

test.each<[string, () => Promise<string> | string]>([
  ['MISSING', () => ''],
  ['MISSING', () => 'Basic planted'],
  ['EXPIRED', async () => `Bearer ${await tokenOf({ exp: now() - 60 })}`],
  ['CLAIMS', async () => `Bearer ${await tokenOf({ aud: 'other' })}`],
  ['CLAIMS', async () => `Bearer ${await tokenOf({ sub: '' })}`],
  ['SIGNATURE', async () => `Bearer ${await tokenOf({}, { key: foreignKeys.privateKey })}`],
  ['UNKNOWN_KEY', async () => `Bearer ${await tokenOf({}, { kid: 'other' })}`],
  ['MALFORMED', () => 'Bearer planted.planted.planted'],
])('%s is counted and logged at warn', async (reason, authorization) => {
  const { trusted } = await startIssuer();
  const { log, lines } = watchedLog();
  const options = { ...trusted, issuer, audience, writeScope: null, jwksMaxStaleMs: 60_000 };
  const claims = { roles: null, resellers: null };
  const authenticate = authenticateByJwt({ ...options, claims }, fetch, log);
  const failures = counted();
  const given = await authorization();
  await expect(authenticate({ authorization: given })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  expect(failures).toEqual([`graphql ${reason}`]);
  expect(lines()).toEqual([
    [{ reason, problem: expect.any(String), failures: 1 }, 'request refused: invalid token'],
  ]);
  const parts = given.split(/[ .]/).filter(({ length }) => length > 6);
  for (const part of parts) expect(JSON.stringify(lines())).not.toContain(part);
});

describe('a flood of requests without a token', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is one line a minute with the number of failures, and is counted in full', () => {
    const { log, lines } = watchedLog();
    const failures = counted();
    const recorder = new AuthenticationFailures('graphql', 'refused', log);
    for (let i = 0; i < 10_000; i++) recorder.record(missingToken);
    expect(lines()).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    const line = (count: number) => [{ ...missingToken, failures: count }, 'refused'];
    expect(lines()).toEqual([line(1), line(9_999)]);
    // The flood has ended.
    vi.advanceTimersByTime(600_000);
    expect(lines()).toHaveLength(2);
    recorder.record(missingToken);
    expect(lines()[2]).toEqual(line(1));
    expect(failures).toHaveLength(10_001);
  });

  test('does not hide failures for another reason', () => {
    const { log, lines } = watchedLog();
    const recorder = new AuthenticationFailures('push', 'refused', log);
    recorder.record(missingToken);
    recorder.record({ reason: 'EXPIRED', problem: 'expired' });
    expect(lines()).toHaveLength(2);
  });
});

test('HTTP, WebSocket and pushes without a token are counted', async () => {
  const { trusted } = await startIssuer();
  const { url } = await startTestGateway({
    env: {
      AUTH: 'jwt',
      AUTH_JWKS_URL: trusted.jwksUrl,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
    },
  });
  const failures = counted();
  const headers = { host: 'gateway.example' };
  const body = JSON.stringify({ query: '{ __typename }' });
  for (const path of ['/graphql', '/export/customers.csv', '/graphql']) {
    const isExport = path.startsWith('/export');
    const sent = isExport ? { headers, method: 'GET' } : { headers, body };
    expect((await send(new URL(path, url).href, sent)).status).toBe(401);
  }
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'close');
  expect((await send(new URL(PUSH_PATH, url).href, { headers, body: '{}' })).status).toBe(401);
  expect(failures).toEqual([
    ...['graphql MISSING', 'graphql MISSING', 'graphql MISSING', 'graphql MISSING'],
    'push NOT_CONFIGURED',
  ]);
});
