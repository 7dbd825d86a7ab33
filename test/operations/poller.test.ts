import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { operationStatus } from '../../src/domain/operation.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import {
  failed,
  operation,
  type PollParts,
  polling,
  reading,
  scriptedBilling,
  succeeded,
} from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const outage = new GatewayError('UNAVAILABLE', 'down', { retryable: true });
const running = reading(operation());

/** Polling of one running operation that is in the journal. */
async function polled(billing: ReturnType<typeof scriptedBilling>, parts: PollParts = {}) {
  const all = polling(billing, parts);
  const latest = await all.record(operation());
  const statuses = async () =>
    (await all.journal.after('op', 0)).map((entry) => operationStatus(entry.operation));
  return { ...all, latest, statuses };
}

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

describe('what goes wrong', () => {
  test('is waited out, longer each time', async () => {
    const down = Array(8).fill(outage);
    const billing = scriptedBilling(...down, new TypeError('oops'), reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing);
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(billing.asked).toHaveLength(10);
    expect(Math.max(...billing.pauses())).toBeGreaterThan(7_999);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });

  test('with the journal is waited out too', async () => {
    const journal = memoryJournal();
    const billing = scriptedBilling(reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing, { journal });
    vi.spyOn(journal, 'append').mockRejectedValueOnce(new Error('disk full'));
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(billing.asked).toHaveLength(2);
    expect(pollers.size).toBe(0);
  });
});

describe('NOT_FOUND', () => {
  test('right after the start is forgiven', async () => {
    const billing = scriptedBilling(null, null, null, running, reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing);
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('for too long is the end, told as a failure', async () => {
    const billing = scriptedBilling(reading(operation({ description: 'latest' })), null);
    const { pollers, latest, journal, wakeUps, statuses } = await polled(billing);
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(55_000);
    expect(await statuses()).toEqual(['RUNNING', 'RUNNING']);
    const { woken } = wakeUps.arm('op');
    await vi.advanceTimersByTimeAsync(30_000);
    await woken;
    expect((await journal.latest('op'))?.operation).toMatchObject({
      done: true,
      // Nothing that was known gets lost with it.
      description: 'latest',
      result: { type: 'failure', code: 5, message: expect.stringContaining('no longer knows') },
    });
    expect(pollers.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('counts from anew when the operation was seen in between', async () => {
    const missing = [Array(8).fill(null), Array(4).fill(null)] as const;
    const billing = scriptedBilling(...missing[0], running, ...missing[1], reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing);
    pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('does not count while nobody answers', async () => {
    const billing = scriptedBilling(null, ...Array(20).fill(outage), null, running);
    const { pollers, latest, statuses } = await polled(billing);
    const release = pollers.hold(latest);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(billing.asked.length).toBeGreaterThan(22);
    expect(await statuses()).toEqual(['RUNNING']);
    release();
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
