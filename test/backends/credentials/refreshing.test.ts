import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fixedToken } from '../../../src/backends/credentials/credential.ts';
import {
  type IssuedToken,
  RefreshingCredential,
  type RefreshingCredentialOptions,
} from '../../../src/backends/credentials/refreshing.ts';
import { GatewayError } from '../../../src/domain/error.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { signal } = new AbortController();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** A credential whose nth request for a token is settled by hand. */
function issuer(options: Partial<RefreshingCredentialOptions> = {}) {
  const requests: PromiseWithResolvers<IssuedToken>[] = [];
  const credential = new RefreshingCredential({
    service: 'reseller',
    issue: () => {
      const request = Promise.withResolvers<IssuedToken>();
      requests.push(request);
      return request.promise;
    },
    ...options,
  });
  const issue = (n: number, token: string, life = HOUR): void =>
    requests[n]?.resolve({ token, expiresAt: new Date(Date.now() + life) });
  return { credential, requests, issue };
}

/** A credential that has the token `t1` already. */
async function holding(life = HOUR, options: Partial<RefreshingCredentialOptions> = {}) {
  const made = issuer(options);
  const first = made.credential.token(signal);
  made.issue(0, 't1', life);
  expect(await first).toBe('t1');
  return made;
}

/** Lets everything that is settled take effect. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

test('a fixed token is the same after a refusal', async () => {
  const credential = fixedToken('t');
  expect(await credential.token(signal)).toBe('t');
  expect(credential.refused('t')).toBe(false);
});

describe('a token', () => {
  test('is asked for once by calls that overlap, and then kept', async () => {
    const { credential, requests, issue } = issuer();
    const calls = [credential.token(signal), credential.token(signal), credential.token(signal)];
    expect(requests).toHaveLength(1);
    issue(0, 't1');
    expect(await Promise.all(calls)).toEqual(['t1', 't1', 't1']);
    advance(44 * MINUTE);
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(1);
  });

  test('is renewed ahead of its end while the old one serves', async () => {
    const { credential, requests, issue } = await holding();
    advance(45 * MINUTE);
    expect(await credential.token(signal)).toBe('t1');
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(2);
    issue(1, 't2');
    await settled();
    expect(await credential.token(signal)).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  test('that lives long is renewed after an hour', async () => {
    const { credential, requests } = await holding(12 * HOUR);
    advance(59 * MINUTE);
    await credential.token(signal);
    expect(requests).toHaveLength(1);
    advance(MINUTE);
    await credential.token(signal);
    expect(requests).toHaveLength(2);
  });

  test('is not used in the last moments of its life', async () => {
    const { credential, requests, issue } = await holding();
    advance(HOUR - 29_000);
    const next = credential.token(signal);
    expect(requests).toHaveLength(2);
    issue(1, 't2');
    expect(await next).toBe('t2');
  });

  test.each([
    -HOUR,
    0,
    1000,
  ])('with %i ms to live by this clock is used for a while', async (life) => {
    const { credential, requests } = await holding(life);
    advance(9_000);
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(1);
    advance(1_000);
    credential.token(signal).catch(() => {});
    expect(requests).toHaveLength(2);
  });
});

describe('a caller', () => {
  test('that leaves does not take the request of the others with it', async () => {
    const { credential, requests, issue } = issuer();
    const controller = new AbortController();
    const left = credential.token(controller.signal);
    const stays = credential.token(signal);
    controller.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    issue(0, 't1');
    expect(await stays).toBe('t1');
    expect(requests).toHaveLength(1);
  });

  test('that has left already asks for nothing', async () => {
    const { credential, requests } = issuer();
    await expect(credential.token(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    expect(requests).toHaveLength(0);
  });
});

describe('a refusal', () => {
  test('makes one new token, however many calls were refused the old one', async () => {
    const { credential, requests, issue } = await holding();
    expect([credential.refused('t1'), credential.refused('t1')]).toEqual([true, true]);
    const calls = [credential.token(signal), credential.token(signal)];
    issue(1, 't2');
    expect(await Promise.all(calls)).toEqual(['t2', 't2']);
    // One that was still on its way with the old token.
    expect(credential.refused('t1')).toBe(true);
    expect(await credential.token(signal)).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  test('of the new token as well makes no other for a while', async () => {
    const { credential, requests, issue } = await holding();
    credential.refused('t1');
    const next = credential.token(signal);
    issue(1, 't2');
    await next;
    for (let n = 0; n < 50; n++) {
      expect(credential.refused('t2')).toBe(false);
      expect(await credential.token(signal)).toBe('t2');
    }
    expect(requests).toHaveLength(2);
    advance(10_000);
    expect(credential.refused('t2')).toBe(true);
  });

  test('is not worth a third try when the issuer gives the same token again', async () => {
    const { credential, issue } = await holding();
    credential.refused('t1');
    const next = credential.token(signal);
    issue(1, 't1');
    expect(await next).toBe('t1');
    expect(credential.refused('t1')).toBe(false);
  });
});

describe('an issuer that fails', () => {
  const unavailable = { code: 'UNAVAILABLE', service: 'reseller' };

  test('makes the backend UNAVAILABLE, and is asked again by the next call', async () => {
    const { credential, requests, issue } = issuer();
    const first = credential.token(signal);
    const cause = new Error('connection refused');
    requests[0]?.reject(cause);
    await expect(first).rejects.toMatchObject({ ...unavailable, retryable: true, cause });
    const second = credential.token(signal);
    issue(1, 't1');
    expect(await second).toBe('t1');
  });

  test('and refuses the key is left alone for a while', async () => {
    const { credential, requests, issue } = issuer();
    const first = credential.token(signal);
    requests[0]?.reject(new GatewayError('UNAVAILABLE', 'invalid_grant', { retryable: false }));
    await expect(first).rejects.toMatchObject({ ...unavailable, retryable: false });
    await expect(credential.token(signal)).rejects.toMatchObject(unavailable);
    expect(requests).toHaveLength(1);
    advance(10_000);
    const next = credential.token(signal);
    expect(requests).toHaveLength(2);
    issue(1, 't1');
    expect(await next).toBe('t1');
  });

  test('in the background costs no call, is logged, and is not asked at once again', async () => {
    const warn = vi.fn();
    const { credential, requests, issue } = await holding(HOUR, { log: { warn } });
    advance(45 * MINUTE);
    await credential.token(signal);
    requests[1]?.reject(new Error('down'));
    await settled();
    expect(warn).toHaveBeenCalledOnce();
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(2);
    advance(10_000);
    await credential.token(signal);
    issue(2, 't2');
    await settled();
    expect(await credential.token(signal)).toBe('t2');
  });

  test('by not answering is given up, and its request ended', async () => {
    const ended = Promise.withResolvers<unknown>();
    const { credential } = issuer({
      timeoutMs: 30,
      issue: (s) => {
        s.addEventListener('abort', () => ended.resolve(s.reason));
        return new Promise(() => {});
      },
    });
    await expect(credential.token(signal)).rejects.toMatchObject({
      ...unavailable,
      retryable: true,
      cause: { code: 'DEADLINE_EXCEEDED' },
    });
    await ended.promise;
  });
});
