import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Attempt,
  BackendCalls,
  type BackendCallsOptions,
  withDeadline,
} from '../../src/backends/call.ts';
import { abortable, type CallScope } from '../../src/domain/call-scope.ts';
import { type ErrorCode, GatewayError, type GatewayErrorDetails } from '../../src/domain/error.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function callsOf(options: Partial<BackendCallsOptions> = {}): BackendCalls {
  return new BackendCalls({ service: 'billing', timeoutMs: 1_000, ...options });
}

function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

function failure(code: ErrorCode, details: GatewayErrorDetails = {}): GatewayError {
  return new GatewayError(code, code, { retryable: true, ...details });
}

/** A backend whose nth attempt is settled by hand. */
function backend<T = string>() {
  const attempts: (PromiseWithResolvers<T> & { signal: AbortSignal; remainingMs: number })[] = [];
  const attempt: Attempt<T> = (signal, remainingMs) => {
    const entry = { ...Promise.withResolvers<T>(), signal, remainingMs };
    attempts.push(entry);
    return entry.promise;
  };
  return { attempts, attempt };
}

/** A backend that fails with each of the errors in turn, and then answers. */
function failing(...errors: unknown[]): Attempt<string> & { calls(): number } {
  let calls = 0;
  const attempt = async (): Promise<string> => {
    if (calls++ < errors.length) throw errors[calls - 1];
    return 'ok';
  };
  return Object.assign(attempt, { calls: () => calls });
}

/** The outcome of a call, with the pauses between its attempts skipped. */
async function outcome<T>(call: Promise<T>): Promise<PromiseSettledResult<T>> {
  const settled = Promise.allSettled([call]);
  await vi.runAllTimersAsync();
  const [result] = await settled;
  return result;
}

describe('reads of one key', () => {
  test('that overlap are one call with one result', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const readers = [1, 2, 3].map(() => calls.read('k', scope(), attempt));
    expect(attempts).toHaveLength(1);
    attempts[0]?.resolve('v');
    expect(await Promise.all(readers)).toEqual(['v', 'v', 'v']);
  });

  test('that follow each other are calls of their own', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    for (const value of ['v1', 'v2']) {
      const reader = calls.read('k', scope(), attempt);
      attempts.at(-1)?.resolve(value);
      expect(await reader).toBe(value);
    }
    expect(attempts).toHaveLength(2);
  });

  test('fail together, and the next one is a call of its own', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const readers = Promise.allSettled([1, 2].map(() => calls.read('k', scope(), attempt)));
    attempts[0]?.reject(failure('FORBIDDEN'));
    expect(await readers).toMatchObject([
      { reason: { code: 'FORBIDDEN' } },
      { reason: { code: 'FORBIDDEN' } },
    ]);
    const next = calls.read('k', scope(), attempt);
    attempts[1]?.resolve('v');
    expect(await next).toBe('v');
  });

  test('go on when one reader leaves, and end when the last one has', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const [first, second] = [new AbortController(), new AbortController()];
    const readers = Promise.allSettled(
      [first, second].map(({ signal }) => calls.read('k', scope(signal), attempt)),
    );
    first.abort(new Error('first left'));
    expect(attempts[0]?.signal.aborted).toBe(false);
    second.abort(new Error('second left'));
    expect(await readers).toMatchObject([
      { reason: { message: 'first left' } },
      { reason: { message: 'second left' } },
    ]);
    expect(attempts[0]?.signal.reason).toMatchObject({ message: 'second left' });
  });

  test('never join a call that its readers have left', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const controller = new AbortController();
    const left = expect(calls.read('k', scope(controller.signal), attempt)).rejects.toThrow('left');
    controller.abort(new Error('left'));
    await left;
    const next = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    // The late end of the abandoned call must not take the new one off the list.
    attempts[0]?.reject(new Error('aborted'));
    await vi.advanceTimersByTimeAsync(0);
    const joined = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    attempts[1]?.resolve('v');
    expect(await Promise.all([next, joined])).toEqual(['v', 'v']);
  });

  test('that begin after a write never join one from before it', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const before = calls.read('k', scope(), attempt);
    await calls.write(scope(), null, async () => 'done');
    const after = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    attempts[0]?.resolve('old');
    expect(await before).toBe('old');
    const joined = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    attempts[1]?.resolve('new');
    expect(await Promise.all([after, joined])).toEqual(['new', 'new']);
  });

  test('that begin after a write that failed do not either', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const before = calls.read('k', scope(), attempt);
    const lost = calls.write(scope(), null, failing(failure('DEADLINE_EXCEEDED')));
    await expect(lost).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const after = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    for (const entry of attempts) entry.resolve('v');
    await Promise.all([before, after]);
  });
});

test('reads of different keys are different calls', async () => {
  const { attempts, attempt } = backend();
  const calls = callsOf();
  const readers = ['a', 'b'].map((key) => calls.read(key, scope(), attempt));
  expect(attempts).toHaveLength(2);
  attempts[0]?.resolve('va');
  attempts[1]?.resolve('vb');
  expect(await Promise.all(readers)).toEqual(['va', 'vb']);
});

describe('a request that has gone', () => {
  const gone = scope(AbortSignal.abort(new Error('gone')));

  test('rejects, and makes no call', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    await expect(calls.read('k', gone, attempt)).rejects.toThrow('gone');
    await expect(calls.write(gone, () => true, attempt)).rejects.toThrow('gone');
    expect(attempts).toHaveLength(0);
  });

  test('ends the pause before the next attempt', async () => {
    const controller = new AbortController();
    const attempt = failing(failure('UNAVAILABLE'), failure('UNAVAILABLE'));
    const read = callsOf().read('k', scope(controller.signal), attempt);
    const left = expect(read).rejects.toThrow('left');
    await vi.advanceTimersByTimeAsync(1);
    controller.abort(new Error('left'));
    await left;
    await vi.runAllTimersAsync();
    expect(attempt.calls()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('repeating', () => {
  test.each<[string, unknown, number]>([
    ['UNAVAILABLE', failure('UNAVAILABLE'), 3],
    ['UNAVAILABLE, not retryable', failure('UNAVAILABLE', { retryable: false }), 1],
    ['UNAVAILABLE with a time', failure('UNAVAILABLE', { retryAfterMs: 5 }), 1],
    ['RATE_LIMITED', failure('RATE_LIMITED'), 1],
    ['DEADLINE_EXCEEDED', failure('DEADLINE_EXCEEDED'), 1],
    ['INTERNAL_SERVER_ERROR', failure('INTERNAL_SERVER_ERROR'), 1],
    ['FORBIDDEN', failure('FORBIDDEN'), 1],
    ['a fault of ours', new TypeError('oops'), 1],
  ])('a read that fails with %s', async (_, error, calls) => {
    const attempt = failing(error, error, error, error);
    expect(await outcome(callsOf().read('k', scope(), attempt))).toMatchObject({ reason: error });
    expect(attempt.calls()).toBe(calls);
  });

  test('ends with the first answer', async () => {
    const attempt = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().read('k', scope(), attempt))).toMatchObject({ value: 'ok' });
    expect(attempt.calls()).toBe(2);
  });

  test('is for writes only when they are repeatable', async () => {
    const once = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().write(scope(), null, once))).toMatchObject({
      reason: { code: 'UNAVAILABLE' },
    });
    expect(once.calls()).toBe(1);
    const repeated = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().write(scope(), () => true, repeated))).toMatchObject({
      value: 'ok',
    });
    expect(repeated.calls()).toBe(2);
  });

  test('waits longer each time, and never past the deadline', async () => {
    const unavailable = failure('UNAVAILABLE');
    const times: number[] = [];
    const attempt: Attempt<string> = async () => {
      times.push(performance.now());
      throw unavailable;
    };
    const calls = callsOf({ timeoutMs: 1_000, attempts: 10, baseDelayMs: 100 });
    const start = performance.now();
    expect(await outcome(calls.read('k', scope(), attempt))).toMatchObject({ reason: unavailable });
    const [first = 0, second = 0, third = 0] = times;
    expect(first - start).toBe(0);
    expect(second - first).toBeGreaterThanOrEqual(50);
    expect(second - first).toBeLessThanOrEqual(101);
    expect(third - second).toBeGreaterThanOrEqual(100);
    expect(third - second).toBeLessThanOrEqual(201);
    expect((times.at(-1) ?? 0) - start).toBeLessThan(1_000);
    expect(times.length).toBeLessThan(10);
  });

  test('stops when half of the budget is used, and comes back as calls succeed', async () => {
    const calls = callsOf({ baseDelayMs: 1 });
    const repeats = async (): Promise<number> => {
      const attempt = failing(...Array(3).fill(failure('UNAVAILABLE')));
      await outcome(calls.write(scope(), () => true, attempt));
      return attempt.calls() - 1;
    };
    let total = 0;
    for (let n = 0; n < 200; n++) total += await repeats();
    // 100 tokens, one per failure, and no repeat below 51.
    expect(total).toBe(33);
    expect(await repeats()).toBe(0);
    for (let n = 0; n < 550; n++) await calls.write(scope(), null, async () => 'ok');
    expect(await repeats()).toBe(2);
  });
});

describe('the deadline', () => {
  test('holds over all attempts, which learn what is left of it', async () => {
    const { attempts, attempt } = backend();
    const read = callsOf({ timeoutMs: 1_000, baseDelayMs: 100 }).read('k', scope(), attempt);
    const late = expect(read).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      service: 'billing',
      retryable: true,
    });
    await vi.advanceTimersByTimeAsync(300);
    attempts[0]?.reject(failure('UNAVAILABLE'));
    await vi.advanceTimersByTimeAsync(100);
    expect(attempts).toHaveLength(2);
    expect(attempts[0]?.remainingMs).toBe(1_000);
    expect(attempts[1]?.remainingMs).toBeLessThanOrEqual(650);
    expect(attempts[1]?.remainingMs).toBeGreaterThanOrEqual(600);
    await vi.advanceTimersByTimeAsync(600);
    await late;
    expect(attempts[1]?.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('comes on time even when the attempt does not listen', async () => {
    const write = callsOf({ timeoutMs: 50 }).write(scope(), null, () => new Promise(() => {}));
    const late = expect(write).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await vi.advanceTimersByTimeAsync(50);
    await late;
  });

  test.each([
    'success',
    'failure',
    'deadline',
    'abort',
  ])('leaves no timer and no listener after %s', async (how) => {
    const parent = new AbortController();
    const { attempts, attempt } = backend();
    const call = withDeadline(parent.signal, 100, 'billing', (s) => attempt(s, 0));
    const settled = Promise.allSettled([call]);
    if (how === 'success') attempts[0]?.resolve('v');
    if (how === 'failure') attempts[0]?.reject(new Error('no'));
    if (how === 'deadline') await vi.advanceTimersByTimeAsync(100);
    if (how === 'abort') parent.abort(new Error('left'));
    await settled;
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });
});

describe('abortable', () => {
  test('gives the outcome, and listens no longer', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve('v'), signal)).toBe('v');
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('gives the reason as soon as the signal aborts, and swallows a late failure', async () => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<string>();
    const waiting = abortable(promise, controller.signal);
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    await expect(abortable(promise, controller.signal)).rejects.toThrow('left');
    reject(new Error('late'));
  });
});
