import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Attempt, withDeadline } from '../../src/backends/call.ts';
import { fixedSize } from '../../src/backends/lane-size.ts';
import { Lanes } from '../../src/backends/lanes.ts';
import { abortable } from '../../src/domain/call-scope.ts';
import type { CancelSignal } from '../../src/domain/cancellation.ts';
import { type ErrorCode, GatewayError, type GatewayErrorDetails } from '../../src/domain/error.ts';
import { callsOf, scope } from './backends.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function failure(code: ErrorCode, details: GatewayErrorDetails = {}): GatewayError {
  return new GatewayError(code, code, { retryable: true, ...details });
}

/** A backend whose nth attempt is settled by hand. */
function backend<T = string>() {
  const attempts: (PromiseWithResolvers<T> & { signal: CancelSignal; remainingMs: number })[] = [];
  const attempt: Attempt<T> = (signal, remainingMs) => {
    const entry = { ...Promise.withResolvers<T>(), signal, remainingMs };
    attempts.push(entry);
    return entry.promise;
  };
  return { attempts, attempt };
}

/** A backend that fails with each of the errors in turn and then succeeds. */
function failing(...errors: unknown[]): Attempt<string> & { calls(): number } {
  let calls = 0;
  const attempt = async (): Promise<string> => {
    if (calls++ < errors.length) throw errors[calls - 1];
    return 'ok';
  };
  return Object.assign(attempt, { calls: () => calls });
}

/** The outcome of a call; runs its retry delays in fake time. */
async function outcome<T>(call: Promise<T>): Promise<PromiseSettledResult<T>> {
  const settled = Promise.allSettled([call]);
  await vi.runAllTimersAsync();
  const [result] = await settled;
  return result;
}

describe('reads of the same key', () => {
  test('share one call and its result when they are concurrent', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const readers = [1, 2, 3].map(() => calls.read('k', scope(), attempt));
    expect(attempts).toHaveLength(1);
    attempts[0]?.resolve('v');
    expect(await Promise.all(readers)).toEqual(['v', 'v', 'v']);
  });

  test('are separate calls when they are sequential', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    for (const value of ['v1', 'v2']) {
      const reader = calls.read('k', scope(), attempt);
      attempts.at(-1)?.resolve(value);
      expect(await reader).toBe(value);
    }
    expect(attempts).toHaveLength(2);
  });

  test('fail together, and the next read is a new call', async () => {
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

  test('are aborted only when all readers have aborted', async () => {
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

  test('do not share an aborted call', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    const controller = new AbortController();
    const left = expect(calls.read('k', scope(controller.signal), attempt)).rejects.toThrow('left');
    controller.abort(new Error('left'));
    await left;
    const next = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    // The late rejection of the aborted call must not unregister the new one.
    attempts[0]?.reject(new Error('aborted'));
    await vi.advanceTimersByTimeAsync(0);
    const joined = calls.read('k', scope(), attempt);
    expect(attempts).toHaveLength(2);
    attempts[1]?.resolve('v');
    expect(await Promise.all([next, joined])).toEqual(['v', 'v']);
  });

  test('do not share a call that started before a write', async () => {
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

  test('do not share a call that started before a failed write', async () => {
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

test('reads of different keys are separate calls', async () => {
  const { attempts, attempt } = backend();
  const calls = callsOf();
  const readers = ['a', 'b'].map((key) => calls.read(key, scope(), attempt));
  expect(attempts).toHaveLength(2);
  attempts[0]?.resolve('va');
  attempts[1]?.resolve('vb');
  expect(await Promise.all(readers)).toEqual(['va', 'vb']);
});

describe('an aborted request', () => {
  const gone = scope(AbortSignal.abort(new Error('gone')));

  test('rejects without a call', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf();
    await expect(calls.read('k', gone, attempt)).rejects.toThrow('gone');
    await expect(calls.write(gone, () => true, attempt)).rejects.toThrow('gone');
    expect(attempts).toHaveLength(0);
  });

  test('is told that nothing was sent when its write still waited for its turn', async () => {
    const { attempts, attempt } = backend();
    const calls = callsOf({ lanes: new Lanes(fixedSize(1), 'billing') });
    const first = calls.write(scope(), null, attempt);
    const controller = new AbortController();
    const waiting = calls.write(scope(controller.signal), null, attempt);
    controller.abort(new Error('too late'));
    await expect(waiting).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: true, nothingSent: true },
      message: expect.stringContaining('nothing was sent'),
    });
    attempts[0]?.resolve('done');
    expect(await first).toBe('done');
    expect(attempts).toHaveLength(1);
  });

  test('ends the delay before the next attempt', async () => {
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

describe('retries', () => {
  test.each<[string, unknown, number]>([
    ['UNAVAILABLE', failure('UNAVAILABLE'), 3],
    ['UNAVAILABLE, not retryable', failure('UNAVAILABLE', { retryable: false }), 1],
    ['UNAVAILABLE with retryAfterMs', failure('UNAVAILABLE', { retryAfterMs: 5 }), 1],
    ['RATE_LIMITED', failure('RATE_LIMITED'), 1],
    ['DEADLINE_EXCEEDED', failure('DEADLINE_EXCEEDED'), 1],
    ['INTERNAL_SERVER_ERROR', failure('INTERNAL_SERVER_ERROR'), 1],
    ['FORBIDDEN', failure('FORBIDDEN'), 1],
    ['a bug in the gateway', new TypeError('oops'), 1],
  ])('a read that fails with %s', async (_, error, calls) => {
    const attempt = failing(error, error, error, error);
    expect(await outcome(callsOf().read('k', scope(), attempt))).toMatchObject({ reason: error });
    expect(attempt.calls()).toBe(calls);
  });

  test('end with the first success', async () => {
    const attempt = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().read('k', scope(), attempt))).toMatchObject({ value: 'ok' });
    expect(attempt.calls()).toBe(2);
  });

  test('apply to writes only when they are retryable', async () => {
    const once = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().write(scope(), null, once))).toMatchObject({
      reason: { code: 'UNAVAILABLE' },
    });
    expect(once.calls()).toBe(1);
    const retried = failing(failure('UNAVAILABLE'));
    expect(await outcome(callsOf().write(scope(), () => true, retried))).toMatchObject({
      value: 'ok',
    });
    expect(retried.calls()).toBe(2);
  });

  test('wait twice as long each time, three attempts at most', async () => {
    const unavailable = failure('UNAVAILABLE');
    const times: number[] = [];
    const attempt: Attempt<string> = async () => {
      times.push(performance.now());
      throw unavailable;
    };
    const calls = callsOf();
    const start = performance.now();
    expect(await outcome(calls.read('k', scope(), attempt))).toMatchObject({ reason: unavailable });
    const [first = 0, second = 0, third = 0] = times;
    expect(first - start).toBe(0);
    expect(second - first).toBeGreaterThanOrEqual(50);
    expect(second - first).toBeLessThanOrEqual(101);
    expect(third - second).toBeGreaterThanOrEqual(100);
    expect(third - second).toBeLessThanOrEqual(201);
    expect(times).toHaveLength(3);
  });

  test('stop when the next delay would exceed the deadline', async () => {
    const attempt = failing(failure('UNAVAILABLE'));
    const read = callsOf({ timeoutMs: 40 }).read('k', scope(), attempt);
    expect(await outcome(read)).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect(attempt.calls()).toBe(1);
  });

  test('add at most ten calls to fifty reads that fail', async () => {
    const calls = callsOf();
    let made = 0;
    const attempt = async (): Promise<string> => {
      made++;
      throw failure('UNAVAILABLE');
    };
    for (let n = 0; n < 50; n++) await outcome(calls.read(`${n}`, scope(), attempt));
    expect(made).toBeGreaterThan(50);
    expect(made).toBeLessThanOrEqual(60);
  });

  test('are paid for by later calls when the budget is used up', async () => {
    const calls = callsOf();
    const countRetries = async (): Promise<number> => {
      const attempt = failing(...Array(3).fill(failure('UNAVAILABLE')));
      await outcome(calls.write(scope(), () => true, attempt));
      return attempt.calls() - 1;
    };
    while ((await countRetries()) > 0);
    for (let n = 0; n < 20; n++) await calls.write(scope(), null, async () => 'ok');
    expect(await countRetries()).toBe(2);
  });
});

describe('the deadline', () => {
  test('covers all attempts, and each gets the remaining time', async () => {
    const { attempts, attempt } = backend();
    const read = callsOf().read('k', scope(), attempt);
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

  test('rejects on time even when the attempt ignores its signal', async () => {
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
  ])('leaves no timer or listener after %s', async (how) => {
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
  test('settles like the promise and removes its listener', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve('v'), signal)).toBe('v');
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('rejects as soon as the signal aborts and ignores a later rejection', async () => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<string>();
    const waiting = abortable(promise, controller.signal);
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    await expect(abortable(promise, controller.signal)).rejects.toThrow('left');
    reject(new Error('late'));
  });
});
