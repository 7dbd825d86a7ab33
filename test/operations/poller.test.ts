import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failed, operation, polled, reading, scriptedBilling, succeeded } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const running = reading(operation());

describe('one poller', () => {
  test('serves everyone who holds the operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    for (let n = 0; n < 100; n++) pollers.hold(latest);
    expect(pollers.size).toBe(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(billing.asked).toHaveLength(2);
    pollers.close();
  });

  test('runs per operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, record } = await polled(billing);
    for (const operationId of ['a', 'b']) {
      pollers.hold(await record(operation({ operationId, kind: 'SUSPEND_CUSTOMER' })));
    }
    expect(pollers.size).toBe(2);
    expect(billing.asked.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(billing.asked[0]?.kind).toBe('SUSPEND_CUSTOMER');
    pollers.close();
    expect(pollers.size).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toHaveLength(2);
  });

  test('of an id that no header could hold asks under an id that one can', async () => {
    const billing = scriptedBilling(running);
    const { pollers, record } = await polled(billing);
    pollers.hold(await record(operation({ operationId: 'op:ä/1' })));
    expect(billing.asked).toMatchObject([
      { id: 'op:ä/1', requestId: expect.stringMatching(/^[\w-]+$/) },
    ]);
    pollers.close();
  });

  test('is gone at once when the last holder has released it', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    const [first, second] = [pollers.hold(latest), pollers.hold(latest)];
    await vi.advanceTimersByTimeAsync(1);
    first();
    first();
    expect(pollers.size).toBe(1);
    second();
    expect(pollers.size).toBe(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toHaveLength(1);
  });

  test('starts anew for a holder who comes later', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    const old = pollers.hold(latest);
    old();
    const release = pollers.hold(latest);
    old();
    expect(pollers.size).toBe(1);
    expect(billing.asked).toHaveLength(2);
    release();
    expect(pollers.size).toBe(0);
  });

  test('that is released ends its read, whose late answer counts no more', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const billing = scriptedBilling(answer.promise);
    const { pollers, latest, statuses } = await polled(billing);
    pollers.hold(latest)();
    expect(billing.asked[0]?.signal.aborted).toBe(true);
    answer.resolve(reading(succeeded()));
    await vi.advanceTimersByTimeAsync(0);
    expect(await statuses()).toEqual(['RUNNING']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is gone when the operation is done', async () => {
    const billing = scriptedBilling(running, reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing);
    const release = pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pollers.size).toBe(0);
    expect(billing.asked).toHaveLength(2);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    release();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the interval', () => {
  test('grows by half each time, up to the cap, a fifth of it by chance', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    const release = pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(90_000);
    release();
    const pauses = billing.pauses();
    expect(pauses.length).toBeGreaterThan(9);
    for (const [n, pause] of pauses.entries()) {
      const longest = Math.min(10_000, 1_000 * 1.5 ** n);
      expect(pause).toBeGreaterThanOrEqual(longest * 0.8 - 1);
      expect(pause).toBeLessThanOrEqual(longest + 1);
    }
  });

  test('stays at the cap however long it takes', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing, { options: { maxIntervalMs: 1_000 } });
    const release = pollers.hold(latest);
    // 1.5 to the power of the number of polls leaves the range of numbers on the way.
    await vi.advanceTimersByTimeAsync(2_000_000);
    release();
    expect(Math.max(...billing.pauses())).toBeLessThanOrEqual(1_001);
    expect(Math.min(...billing.pauses())).toBeGreaterThanOrEqual(799);
  });

  test.each([50, 5_000, 30_000])('is %i ms when the server says so', async (ms) => {
    const billing = scriptedBilling(reading(operation(), ms));
    const { pollers, latest } = await polled(billing);
    const release = pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(ms * 5);
    release();
    expect(billing.pauses().map(Math.round)).toEqual([ms, ms, ms, ms, ms]);
  });
});

describe('states', () => {
  test('a failure that is rolled back is FAILING, then FAILED', async () => {
    const billing = scriptedBilling(running, reading(failed(false)), reading(failed()));
    const { pollers, latest, statuses } = await polled(billing);
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'FAILING', 'FAILED']);
  });

  test('that do not change are journaled once', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest, journal } = await polled(billing);
    const release = pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked.length).toBeGreaterThan(5);
    expect(await journal.after('op', 0)).toEqual([latest]);
    release();
  });

  test('that come late do not reopen a finished operation', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const { pollers, latest, record, statuses } = await polled(scriptedBilling(answer.promise));
    pollers.hold(latest);
    await record(succeeded());
    answer.resolve(running);
    await vi.advanceTimersByTimeAsync(0);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });
});
