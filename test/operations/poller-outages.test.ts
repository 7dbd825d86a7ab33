import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import { operation, polled, reading, scriptedBilling, succeeded } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const outage = new GatewayError('UNAVAILABLE', 'down', { retryable: true });
const running = reading(operation());

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
