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
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'],
    now: new Date('2026-01-01T00:00:00Z'),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** A credential whose nth token request is settled by the test. */
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

/** A credential that has cached the token `t1`. */
async function cached(life = HOUR, options: Partial<RefreshingCredentialOptions> = {}) {
  const result = issuer(options);
  const first = result.credential.token(signal);
  result.issue(0, 't1', life);
  expect(await first).toBe('t1');
  return result;
}

/** Waits until settled promises have taken effect. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

test('a fixed token cannot be replaced', async () => {
  const credential = fixedToken('t');
  expect(await credential.token(signal)).toBe('t');
  expect(credential.invalidate('t')).toBe(false);
});

describe('a cached token', () => {
  test('is requested once for concurrent calls', async () => {
    const { credential, requests, issue } = issuer();
    const calls = [credential.token(signal), credential.token(signal), credential.token(signal)];
    expect(requests).toHaveLength(1);
    issue(0, 't1');
    expect(await Promise.all(calls)).toEqual(['t1', 't1', 't1']);
    advance(44 * MINUTE);
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(1);
  });

  test('is refreshed in the background before it expires', async () => {
    const { credential, requests, issue } = await cached();
    advance(45 * MINUTE);
    expect(await credential.token(signal)).toBe('t1');
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(2);
    issue(1, 't2');
    await settled();
    expect(await credential.token(signal)).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  test('is refreshed after an hour when its lifetime is longer', async () => {
    const { credential, requests } = await cached(12 * HOUR);
    advance(59 * MINUTE);
    await credential.token(signal);
    expect(requests).toHaveLength(1);
    advance(MINUTE);
    await credential.token(signal);
    expect(requests).toHaveLength(2);
  });

  test('is not used just before it expires', async () => {
    const { credential, requests, issue } = await cached();
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
  ])('is used for 10 s when its lifetime is %i ms by the local clock', async (life) => {
    const { credential, requests } = await cached(life);
    advance(9_000);
    expect(await credential.token(signal)).toBe('t1');
    expect(requests).toHaveLength(1);
    advance(1_000);
    credential.token(signal).catch(() => {});
    expect(requests).toHaveLength(2);
  });
});

describe('a caller', () => {
  test('that aborts does not cancel the request of the others', async () => {
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

  test('that has already aborted requests no token', async () => {
    const { credential, requests } = issuer();
    await expect(credential.token(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    expect(requests).toHaveLength(0);
  });
});

describe('a rejected token', () => {
  test('is replaced once for all calls that used it', async () => {
    const { credential, requests, issue } = await cached();
    expect([credential.invalidate('t1'), credential.invalidate('t1')]).toEqual([true, true]);
    const calls = [credential.token(signal), credential.token(signal)];
    issue(1, 't2');
    expect(await Promise.all(calls)).toEqual(['t2', 't2']);
    // A call that was in flight with the old token.
    expect(credential.invalidate('t1')).toBe(true);
    expect(await credential.token(signal)).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  test('is not replaced again within 10 s', async () => {
    const { credential, requests, issue } = await cached();
    credential.invalidate('t1');
    const next = credential.token(signal);
    issue(1, 't2');
    await next;
    for (let n = 0; n < 50; n++) {
      expect(credential.invalidate('t2')).toBe(false);
      expect(await credential.token(signal)).toBe('t2');
    }
    expect(requests).toHaveLength(2);
    advance(10_000);
    expect(credential.invalidate('t2')).toBe(true);
  });

  test('is not retried again when the issuer returns the same token', async () => {
    const { credential, issue } = await cached();
    credential.invalidate('t1');
    const next = credential.token(signal);
    issue(1, 't1');
    expect(await next).toBe('t1');
    expect(credential.invalidate('t1')).toBe(false);
  });
});

describe('a failed token request', () => {
  const unavailable = { code: 'UNAVAILABLE', service: 'reseller' };

  test('makes the backend UNAVAILABLE and is repeated by the next call', async () => {
    const { credential, requests, issue } = issuer();
    const first = credential.token(signal);
    const cause = new Error('connection refused');
    requests[0]?.reject(cause);
    await expect(first).rejects.toMatchObject({ ...unavailable, retryable: true, cause });
    const second = credential.token(signal);
    issue(1, 't1');
    expect(await second).toBe('t1');
  });

  test('is not repeated for 10 s after the key was rejected', async () => {
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

  test('is logged once at warn with its cause, for all calls that wait for it', async () => {
    const warn = vi.fn();
    const { credential, requests } = issuer({ log: { debug() {}, info() {}, warn } });
    const calls = [credential.token(signal), credential.token(signal)];
    const cause = new GatewayError('UNAVAILABLE', 'The token endpoint returned 401');
    requests[0]?.reject(cause);
    await Promise.allSettled(calls);
    expect(warn.mock.calls).toEqual([
      [{ err: cause, service: 'reseller', retryable: false }, 'token request failed'],
    ]);
  });

  test('in the background is logged and does not fail calls', async () => {
    const warn = vi.fn();
    const { credential, requests, issue } = await cached(HOUR, {
      log: { debug() {}, info() {}, warn },
    });
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

  test('is made at most 20 times in 30 s after the token endpoint has failed for a second', async () => {
    const issue = vi.fn(() => Promise.reject(new Error('down')));
    const { credential } = issuer({ issue });
    const ask = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 50) {
        await expect(credential.token(signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await vi.advanceTimersByTimeAsync(50);
      }
    };
    await ask(1_100);
    issue.mockClear();
    await ask(30_000);
    expect(issue.mock.calls.length).toBeGreaterThan(10);
    expect(issue.mock.calls.length).toBeLessThanOrEqual(20);
  });

  test('is aborted after its timeout', async () => {
    const ended = Promise.withResolvers<unknown>();
    const { credential } = issuer({
      issue: (s) => {
        s.addEventListener('abort', () => ended.resolve(s.reason));
        return new Promise(() => {});
      },
    });
    const failed = expect(credential.token(signal)).rejects.toMatchObject({
      ...unavailable,
      retryable: true,
      cause: { code: 'DEADLINE_EXCEEDED' },
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    await ended.promise;
  });
});
