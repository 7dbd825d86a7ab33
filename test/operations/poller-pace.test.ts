import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { operation, reading, scriptedBilling } from './operations.support.ts';
import { polled } from './polled.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const running = reading(operation());

/** Each pause is as long as told, up to a fifth of it less: chance spreads the pollers. */
function expectPauses(pauses: readonly number[], longest: (n: number) => number): void {
  for (const [n, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(longest(n) * 0.8 - 1);
    expect(pause).toBeLessThanOrEqual(longest(n) + 1);
  }
}

describe('while somebody watches, the interval', () => {
  test('grows by half each time, up to the cap', async () => {
    const billing = scriptedBilling(running);
    const { latest, watch } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(90_000);
    expect(billing.pauses().length).toBeGreaterThan(9);
    expectPauses(billing.pauses(), (n) => Math.min(10_000, 1_000 * 1.5 ** n));
  });

  test('stays at the cap however long it takes', async () => {
    const billing = scriptedBilling(running);
    const { latest, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    watch(latest);
    // 1.5 to the power of the number of polls leaves the range of numbers on the way.
    await vi.advanceTimersByTimeAsync(2_000_000);
    expectPauses(billing.pauses(), () => 1_000);
  });

  test.each([50, 5_000, 60_000])('is %i ms when the server says so', async (ms) => {
    const billing = scriptedBilling(reading(operation(), ms));
    const { latest, watch } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(ms * 5);
    expect(billing.pauses().map(Math.round)).toEqual([ms, ms, ms, ms, ms]);
  });

  test('does not change when one of several leaves', async () => {
    const billing = scriptedBilling(running);
    const { latest, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    const [leave] = [watch(latest), watch(latest)];
    await vi.advanceTimersByTimeAsync(5_000);
    leave();
    leave();
    await vi.advanceTimersByTimeAsync(20_000);
    expectPauses(billing.pauses(), () => 1_000);
  });
});

describe('while nobody has ever watched, the interval', () => {
  test('doubles up to the cap of idle operations', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(billing.pauses().length).toBeGreaterThan(10);
    expectPauses(billing.pauses(), (n) => Math.min(30_000, 1_000 * 2 ** n));
  });

  test('doubles also when the server would be asked more often', async () => {
    const billing = scriptedBilling(reading(operation(), 500));
    const { pollers, latest } = await polled(billing);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(100_000);
    expectPauses(billing.pauses(), (n) => Math.min(30_000, 1_000 * 2 ** n));
  });

  test('is never shorter than the server says', async () => {
    const billing = scriptedBilling(reading(operation(), 10_000));
    const { pollers, latest } = await polled(billing);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(billing.pauses().slice(0, 3).map(Math.round)).toEqual([10_000, 10_000, 10_000]);
  });
});

describe('when the last watcher has left', () => {
  test('nothing is asked for as long as idle operations pause', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    const [first, second] = [watch(latest), watch(latest)];
    await vi.advanceTimersByTimeAsync(5_500);
    first();
    second();
    const before = billing.asked.length;
    await vi.advanceTimersByTimeAsync(29_900);
    expect(billing.asked).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(200);
    expect(billing.asked).toHaveLength(before + 1);
    expect(pollers.size).toBe(1);
  });

  test('during a read, the pause behind it is that of idle operations', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const billing = scriptedBilling(answer.promise, running);
    const { latest, watch } = await polled(billing);
    watch(latest)();
    answer.resolve(running);
    await vi.advanceTimersByTimeAsync(29_900);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(billing.asked).toHaveLength(2);
  });

  test.each([
    ['has paused for long', 20_000],
    ['has just left', 0],
  ])('one who comes when the poller %s has it asked at once, and begins anew', async (_, ms) => {
    const billing = scriptedBilling(running);
    const { latest, watch } = await polled(billing);
    const leave = watch(latest);
    await vi.advanceTimersByTimeAsync(60_000);
    leave();
    await vi.advanceTimersByTimeAsync(ms);
    const before = billing.asked.length;
    const second = watch(latest);
    await vi.advanceTimersByTimeAsync(0);
    expect(billing.asked).toHaveLength(before + 1);
    leave();
    await vi.advanceTimersByTimeAsync(20_000);
    expectPauses(billing.pauses().slice(before), (n) => Math.min(10_000, 1_000 * 1.5 ** n));
    second();
    await vi.advanceTimersByTimeAsync(29_900);
    expect(vi.getTimerCount()).toBe(1);
  });
});

test('one who watches before this instance polls sets the pace from the beginning', async () => {
  const billing = scriptedBilling(running);
  const { pollers, latest } = await polled(billing, { maxIntervalMs: 1_000 });
  pollers.watch('op');
  pollers.start(latest);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(billing.pauses().length).toBeGreaterThan(8);
  expectPauses(billing.pauses(), () => 1_000);
});
