import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
import { createLogger } from '../../src/log.ts';
import {
  operation,
  outage,
  reading,
  scriptedBilling,
  step,
  succeeded,
} from './operations.support.ts';
import { polled } from './polled.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const running = reading(operation());

describe('a failing poll', () => {
  test('is repeated with growing delays', async () => {
    const down = Array(8).fill(outage);
    const billing = scriptedBilling(...down, new TypeError('oops'), reading(succeeded()));
    const { pollers, held, watch, statuses } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(billing.asked).toHaveLength(10);
    expect(Math.max(...billing.pauses())).toBeGreaterThan(7_999);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });

  test('is repeated when the state could not be stored', async () => {
    const billing = scriptedBilling(reading(succeeded()));
    const { pollers, held, watch, journal, statuses } = await polled(billing);
    vi.spyOn(journal, 'appendPolled').mockRejectedValueOnce(new Error('disk full'));
    watch(held);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(billing.asked).toHaveLength(2);
    expect(pollers.size).toBe(0);
  });
});

/** A silent logger that records its warnings. */
function warnings() {
  const logger = createLogger('silent');
  return { logger, warn: vi.spyOn(logger, 'warn') };
}

describe('NOT_FOUND', () => {
  test('shortly after the start is ignored', async () => {
    const billing = scriptedBilling(null, null, null, running, reading(succeeded()));
    const { held, watch, statuses } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('for too long makes the operation LOST, keeps its last state and is logged', async () => {
    const { logger, warn } = warnings();
    const billing = scriptedBilling(reading(step(1)), null);
    const { store, held, watch, journal, statuses } = await polled(billing, {}, logger);
    watch(held);
    await vi.advanceTimersByTimeAsync(55_000);
    expect(await statuses()).toEqual(['RUNNING', 'RUNNING']);
    const published: (string | null)[] = [];
    store.onOperation((id) => published.push(id));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(published).toEqual(['op']);
    expect((await journal.latest('op'))?.operation).toEqual(step(1, { lost: 'STILL_POLLED' }));
    expect(warn.mock.calls).toEqual([
      [{ operation: 'op' }, 'operation lost: billing no longer returns it'],
    ]);
  });

  test.each<[string, Operation]>([
    ['RUNNING', operation()],
    ['SUCCEEDED', succeeded()],
  ])('for too long does not end polling: the operation may be %s later', async (status, state) => {
    const { journal, held, pollers, statuses } = await polled(
      scriptedBilling(...Array(14).fill(null), reading(state)),
    );
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await statuses()).toEqual(['RUNNING', 'LOST']);
    await vi.advanceTimersByTimeAsync(500_000);
    expect(await statuses()).toEqual(['RUNNING', 'LOST', status]);
    expect((await journal.latest('op'))?.operation).toEqual(state);
  });

  test('of a LOST operation is polled at the idle interval', async () => {
    const billing = scriptedBilling(null);
    const { held, watch } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(80_000);
    const before = billing.pauses().length;
    await vi.advanceTimersByTimeAsync(300_000);
    const pauses = billing.pauses().slice(before + 1);
    expect(pauses.length).toBeGreaterThan(5);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(24_000);
  });

  test('is counted from the start again after the operation was returned', async () => {
    const missing = [Array(8).fill(null), Array(4).fill(null)] as const;
    const billing = scriptedBilling(...missing[0], running, ...missing[1], reading(succeeded()));
    const { held, watch, statuses } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('is not counted while polls fail', async () => {
    const billing = scriptedBilling(null, ...Array(20).fill(outage), null, running);
    const { held, watch, statuses } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(billing.asked.length).toBeGreaterThan(22);
    expect(await statuses()).toEqual(['RUNNING']);
  });
});

describe('an operation that does not end', () => {
  const hourMs = 3_600_000;
  const givenUp = operation({ lost: 'GIVEN_UP' });

  test('becomes LOST at the maximum age, is no longer polled, and is logged', async () => {
    const { logger, warn } = warnings();
    const options = { maxAgeMs: hourMs };
    const { pollers, held, journal, statuses } = await polled(
      scriptedBilling(running),
      options,
      logger,
    );
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(hourMs - 1_000);
    expect(await statuses()).toEqual(['RUNNING']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await journal.latest('op'))?.operation).toEqual(givenUp);
    expect(pollers.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(await journal.take('op')).toBeNull();
    expect(warn.mock.calls).toEqual([
      [{ operation: 'op' }, 'operation lost: it reached the maximum age and is no longer polled'],
    ]);
  });

  test("has its age from the database's clock, not from this instance's", async () => {
    const { pollers, held, statuses } = await polled(scriptedBilling(running), {
      maxAgeMs: hourMs,
    });
    vi.spyOn(Date, 'now').mockReturnValue(held.entry.firstSeenAt.getTime() + 40 * 24 * hourMs);
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.mocked(Date.now).mockRestore();
    expect(await statuses()).toEqual(['RUNNING']);
  });

  test('has its age from the journal, not from the time at which polling started', async () => {
    const { pollers, held, journal } = await polled(scriptedBilling(running), {
      maxAgeMs: hourMs,
    });
    pollers.start({ ...held, ageMs: hourMs + 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect((await journal.latest('op'))?.operation).toEqual(givenUp);
  });

  test('is not given up while polls fail', async () => {
    const billing = scriptedBilling(...Array(5).fill(outage), reading(succeeded()));
    const { pollers, held, statuses } = await polled(billing, { maxAgeMs: 1 });
    pollers.start({ ...held, ageMs: hourMs });
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });
});
