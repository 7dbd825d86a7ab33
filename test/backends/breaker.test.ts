import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Breaker } from '../../src/backends/breaker.ts';
import { type ErrorCode, GatewayError, type GatewayErrorDetails } from '../../src/domain/error.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();

function failure(code: ErrorCode, details: GatewayErrorDetails = {}): GatewayError {
  return new GatewayError(code, code, { service: 'billing', retryable: true, ...details });
}

/** A breaker in front of a host that does what `attempt` does; counts the calls that reach it. */
function breakerOf() {
  const onOpen = vi.fn();
  const breaker = new Breaker({ service: 'billing', host: 'billing.test', onOpen });
  const host = { calls: 0, attempt: async (): Promise<string> => 'ok' };
  const call = (): Promise<string> =>
    breaker.run(signal, () => {
      host.calls++;
      return host.attempt();
    });
  return { breaker, host, call, onOpen };
}

/** Makes five calls in a second. */
async function callRepeatedly(call: () => Promise<string>): Promise<void> {
  for (let n = 0; n < 5; n++) {
    await call().catch(() => {});
    await vi.advanceTimersByTimeAsync(250);
  }
}

async function open(): Promise<ReturnType<typeof breakerOf>> {
  const opened = breakerOf();
  opened.host.attempt = () => Promise.reject(failure('UNAVAILABLE'));
  for (let n = 0; n < 4; n++) await opened.call().catch(() => {});
  await vi.advanceTimersByTimeAsync(1_000);
  await opened.call().catch(() => {});
  expect(opened.onOpen).toHaveBeenCalledOnce();
  opened.host.calls = 0;
  return opened;
}

describe('the breaker opens', () => {
  test.each<[string, unknown, boolean]>([
    ['UNAVAILABLE', failure('UNAVAILABLE'), true],
    ['UNAVAILABLE with a delay', failure('UNAVAILABLE', { retryAfterMs: 5 }), true],
    ['the deadline of the call', failure('DEADLINE_EXCEEDED'), true],
    ['an API that is not enabled', failure('UNAVAILABLE', { retryable: false }), false],
    ['a rate limit', failure('RATE_LIMITED'), false],
    ['NOT_FOUND', failure('NOT_FOUND'), false],
    ['a bug in the gateway', new TypeError('oops'), false],
    [
      'the deadline of a request that had just begun the call',
      failure('DEADLINE_EXCEEDED', { service: undefined }),
      false,
    ],
    ['a client that left', failure('UNAVAILABLE', { service: undefined, retryable: false }), false],
  ])('after five failures in a row: %s', async (_, error, opens) => {
    const { call, host, onOpen } = breakerOf();
    host.attempt = () => Promise.reject(error);
    await callRepeatedly(call);
    expect(onOpen).toHaveBeenCalledTimes(opens ? 1 : 0);
  });

  test('after five calls that a request or a write stopped waiting for', async () => {
    const { call, host, onOpen } = breakerOf();
    host.attempt = async () => {
      await vi.advanceTimersByTimeAsync(1_500);
      throw new DOMException('timed out', 'TimeoutError');
    };
    for (let n = 0; n < 5; n++) await call().catch(() => {});
    expect(onOpen).toHaveBeenCalledOnce();
  });

  test('not after many failures at once, such as those of a restart', async () => {
    const { call, host, onOpen } = breakerOf();
    host.attempt = () => Promise.reject(failure('UNAVAILABLE'));
    for (let n = 0; n < 50; n++) await call().catch(() => {});
    expect(onOpen).not.toHaveBeenCalled();
  });

  test('not when an answer comes in between', async () => {
    const { call, host, onOpen } = breakerOf();
    for (let n = 0; n < 12; n++) {
      host.attempt = n % 4 === 3 ? async () => 'ok' : () => Promise.reject(failure('UNAVAILABLE'));
      await call().catch(() => {});
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(onOpen).not.toHaveBeenCalled();
  });
});

describe('while it is open', () => {
  test('calls are rejected with the time of the next probe, and nothing is sent', async () => {
    const { call, host, breaker } = await open();
    const rejection = {
      code: 'UNAVAILABLE',
      service: 'billing',
      retryable: true,
      nothingSent: true,
      retryAfterMs: 1_000,
    };
    await expect(call()).rejects.toMatchObject(rejection);
    expect(() => breaker.check()).toThrow('The billing API is unavailable. Retry later.');
    expect(host.calls).toBe(0);
  });

  test('an outage of 30 s at 200 calls per second lets at most 20 calls through', async () => {
    const { call, host } = await open();
    for (let ms = 0; ms < 30_000; ms += 5) {
      await vi.advanceTimersByTimeAsync(5);
      await call().catch(() => {});
    }
    expect(host.calls).toBeGreaterThan(15);
    expect(host.calls).toBeLessThanOrEqual(20);
  });

  test('probes of a hung host do not wait for each other', async () => {
    const { call, host } = await open();
    host.attempt = () => new Promise(() => {});
    for (let ms = 0; ms < 30_000; ms += 5) {
      await vi.advanceTimersByTimeAsync(5);
      call().catch(() => {});
    }
    expect(host.calls).toBeGreaterThan(15);
    expect(host.calls).toBeLessThanOrEqual(20);
  });

  test.each<[string, () => Promise<string>]>([
    ['a result', async () => 'ok'],
    ['an error that the host reports', () => Promise.reject(failure('NOT_FOUND'))],
  ])('a probe that gets %s closes it within two seconds', async (_, attempt) => {
    const { call, host } = await open();
    host.attempt = attempt;
    await vi.advanceTimersByTimeAsync(1_000);
    await call().catch(() => {});
    host.attempt = async () => 'ok';
    expect(await Promise.all([call(), call()])).toEqual(['ok', 'ok']);
  });

  test('an established connection does not count as an answer or as a probe', async () => {
    const { breaker, call, host } = await open();
    await vi.advanceTimersByTimeAsync(1_000);
    await breaker.prepare(signal, async () => 'connected');
    await call().catch(() => {});
    expect(host.calls).toBe(1);
    await expect(call()).rejects.toMatchObject({ nothingSent: true });
  });

  test('a connection that fails is not attempted again before the next probe', async () => {
    const { breaker } = await open();
    await vi.advanceTimersByTimeAsync(1_000);
    const connect = vi.fn(() => Promise.reject(failure('UNAVAILABLE')));
    for (let n = 0; n < 3; n++) await breaker.prepare(signal, connect).catch(() => {});
    expect(connect).toHaveBeenCalledOnce();
  });
});

test('a response that reports a failure counts as one', async () => {
  const { breaker, onOpen } = breakerOf();
  for (let n = 0; n < 5; n++) {
    breaker.answered(failure('UNAVAILABLE'), signal, breaker.begin());
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(onOpen).toHaveBeenCalledOnce();
});
