import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { operation, outage, reading, scriptedBilling, succeeded } from './operations.support.ts';
import { polled } from './polled.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const running = reading(operation());

describe('what goes wrong', () => {
  test('is waited out, longer each time', async () => {
    const down = Array(8).fill(outage);
    const billing = scriptedBilling(...down, new TypeError('oops'), reading(succeeded()));
    const { pollers, latest, watch, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(billing.asked).toHaveLength(10);
    expect(Math.max(...billing.pauses())).toBeGreaterThan(7_999);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });

  test('with the journal is waited out too', async () => {
    const billing = scriptedBilling(reading(succeeded()));
    const { pollers, latest, watch, journal, statuses } = await polled(billing);
    vi.spyOn(journal, 'append').mockRejectedValueOnce(new Error('disk full'));
    watch(latest);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(billing.asked).toHaveLength(2);
    expect(pollers.size).toBe(0);
  });
});

describe('NOT_FOUND', () => {
  test('right after the start is forgiven', async () => {
    const billing = scriptedBilling(null, null, null, running, reading(succeeded()));
    const { latest, watch, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('for too long is the end, told as a failure', async () => {
    const billing = scriptedBilling(reading(operation({ description: 'latest' })), null);
    const { store, pollers, latest, watch, journal, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(55_000);
    expect(await statuses()).toEqual(['RUNNING', 'RUNNING']);
    const told: (string | null)[] = [];
    store.onOperation((id) => told.push(id));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told).toEqual(['op']);
    expect((await journal.latest('op'))?.operation).toMatchObject({
      done: true,
      // Nothing that was known gets lost with it.
      description: 'latest',
      result: {
        type: 'failure',
        code: 5,
        message: expect.stringContaining('no longer returns this operation'),
      },
    });
    expect(pollers.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('counts from anew when the operation was seen in between', async () => {
    const missing = [Array(8).fill(null), Array(4).fill(null)] as const;
    const billing = scriptedBilling(...missing[0], running, ...missing[1], reading(succeeded()));
    const { latest, watch, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  test('does not count while nobody answers', async () => {
    const billing = scriptedBilling(null, ...Array(20).fill(outage), null, running);
    const { latest, watch, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(billing.asked.length).toBeGreaterThan(22);
    expect(await statuses()).toEqual(['RUNNING']);
  });
});

describe('an operation that does not end', () => {
  const hourMs = 3_600_000;
  const tooOld = {
    done: true,
    result: { type: 'failure', code: 5, message: expect.stringContaining('ran too long') },
  };

  test('is given up at the age that is configured, and says so', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest, journal, statuses } = await polled(billing, { maxAgeMs: hourMs });
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(hourMs - 1_000);
    expect(await statuses()).toEqual(['RUNNING']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await journal.latest('op'))?.operation).toMatchObject(tooOld);
    expect(pollers.size).toBe(0);
  });

  test('has its age from the journal, not from when this instance took it up', async () => {
    const { pollers, latest, journal } = await polled(scriptedBilling(running), {
      maxAgeMs: hourMs,
    });
    vi.setSystemTime(latest.firstSeenAt.getTime() + hourMs + 1);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(0);
    expect((await journal.latest('op'))?.operation).toMatchObject(tooOld);
  });

  test('is not given up while nobody can say whether it has ended', async () => {
    const billing = scriptedBilling(...Array(5).fill(outage), reading(succeeded()));
    const { pollers, latest, statuses } = await polled(billing, { maxAgeMs: 1 });
    vi.setSystemTime(latest.firstSeenAt.getTime() + hourMs);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
  });
});
