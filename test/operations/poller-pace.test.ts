import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { operated } from './operated.support.ts';
import { operation, reading, scriptedBilling } from './operations.support.ts';
import { polled } from './polled.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const running = reading(operation());

/** Each pause is up to 20 % shorter than `longest`: jitter spreads the pollers. */
function expectPauses(pauses: readonly number[], longest: (n: number) => number): void {
  for (const [n, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(longest(n) * 0.8 - 1);
    expect(pause).toBeLessThanOrEqual(longest(n) + 1);
  }
}

describe('while an operation is watched, the interval', () => {
  test('grows by half each time, up to the cap', async () => {
    const billing = scriptedBilling(running);
    const { held, watch } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(90_000);
    expect(billing.pauses().length).toBeGreaterThan(9);
    expectPauses(billing.pauses(), (n) => Math.min(10_000, 1_000 * 1.5 ** n));
  });

  test('stays at the cap after any number of polls', async () => {
    const billing = scriptedBilling(running);
    const { held, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    watch(held);
    // 1.5 to the power of the number of polls leaves the range of numbers on the way.
    await vi.advanceTimersByTimeAsync(2_000_000);
    expectPauses(billing.pauses(), () => 1_000);
  });

  test.each([50, 5_000, 60_000])('is %i ms when the server requests that', async (ms) => {
    const billing = scriptedBilling(reading(operation(), ms));
    const { held, watch } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(ms * 5);
    expect(billing.pauses().map(Math.round)).toEqual([ms, ms, ms, ms, ms]);
  });

  test('does not change when one of several watchers leaves', async () => {
    const billing = scriptedBilling(running);
    const { held, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    const [leave] = [watch(held), watch(held)];
    await vi.advanceTimersByTimeAsync(5_000);
    leave();
    leave();
    await vi.advanceTimersByTimeAsync(20_000);
    expectPauses(billing.pauses(), () => 1_000);
  });
});

describe('of an operation without watchers, the interval', () => {
  test('doubles up to the cap of idle operations', async () => {
    const billing = scriptedBilling(running);
    const { pollers, held } = await polled(billing);
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(billing.pauses().length).toBeGreaterThan(10);
    expectPauses(billing.pauses(), (n) => Math.min(30_000, 1_000 * 2 ** n));
  });

  test('doubles even when the server requests a shorter one', async () => {
    const billing = scriptedBilling(reading(operation(), 500));
    const { pollers, held } = await polled(billing);
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(100_000);
    expectPauses(billing.pauses(), (n) => Math.min(30_000, 1_000 * 2 ** n));
  });

  test('is never shorter than the server requests', async () => {
    const billing = scriptedBilling(reading(operation(), 10_000));
    const { pollers, held } = await polled(billing);
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(billing.pauses().slice(0, 3).map(Math.round)).toEqual([10_000, 10_000, 10_000]);
  });
});

describe('after the last watcher has left', () => {
  test('the next poll is sent after the idle interval', async () => {
    const billing = scriptedBilling(running);
    const { pollers, held, watch } = await polled(billing, { maxIntervalMs: 1_000 });
    const [first, second] = [watch(held), watch(held)];
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

  test('during a poll, the next one is sent after the idle interval', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const billing = scriptedBilling(answer.promise, running);
    const { held, watch } = await polled(billing);
    watch(held)();
    answer.resolve(running);
    await vi.advanceTimersByTimeAsync(29_900);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(billing.asked).toHaveLength(2);
  });

  test.each([
    ['has waited for long', 20_000],
    ['has just started to wait', 0],
  ])('the next watcher causes a poll at once and short intervals when the poller %s', async (_, ms) => {
    const billing = scriptedBilling(running);
    const { held, watch } = await polled(billing);
    const leave = watch(held);
    await vi.advanceTimersByTimeAsync(60_000);
    leave();
    await vi.advanceTimersByTimeAsync(ms);
    const before = billing.asked.length;
    const second = watch(held);
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

test('a watcher that arrives before the poller sets the pace from the first poll', async () => {
  const billing = scriptedBilling(running);
  const { pollers, held, watchers } = await polled(billing, { maxIntervalMs: 1_000 });
  watchers.add('op');
  pollers.start(held);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(billing.pauses().length).toBeGreaterThan(8);
  expectPauses(billing.pauses(), () => 1_000);
});

describe('the first poll of an operation that was taken over', () => {
  test('is sent at a random time within the interval', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const billing = scriptedBilling(running);
    const { pollers, held } = await polled(billing);
    pollers.start(held, 'SPREAD');
    await vi.advanceTimersByTimeAsync(499);
    expect(billing.asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(billing.asked).toHaveLength(1);
    vi.mocked(Math.random).mockRestore();
  });

  test.each(['before', 'after'])('is sent at once when a watcher arrives %s that', async (when) => {
    const billing = scriptedBilling(running);
    const { pollers, held, watchers } = await polled(billing);
    if (when === 'before') watchers.add('op');
    pollers.start(held, 'SPREAD');
    if (when === 'after') watchers.add('op');
    await vi.advanceTimersByTimeAsync(0);
    expect(billing.asked).toHaveLength(1);
  });
});

describe('the first poll of an operation that was just started', () => {
  test('is sent after the interval', async () => {
    const billing = scriptedBilling(running);
    const { store, held } = await polled(billing);
    const { operations } = await operated(billing, { store });
    operations.adopt(held.entry);
    await vi.advanceTimersByTimeAsync(799);
    expect(billing.asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(201);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300_000);
    expectPauses(billing.pauses(), (n) => Math.min(30_000, 1_000 * 2 ** (n + 1)));
  });

  test('is sent at once when a watcher arrives', async () => {
    const billing = scriptedBilling(running);
    const { pollers, held, watchers } = await polled(billing);
    pollers.start(held, 'LATER');
    await vi.advanceTimersByTimeAsync(10);
    expect(billing.asked).toHaveLength(0);
    watchers.add('op');
    await vi.advanceTimersByTimeAsync(0);
    expect(billing.asked).toHaveLength(1);
  });
});

test('polls of watched operations are sent first when too many wait', async () => {
  const slow = Promise.withResolvers<typeof running>();
  const billing = scriptedBilling(slow.promise, running);
  const { pollers, held, hold, watch } = await polled(billing, { maxPolls: 1 });
  pollers.start(held);
  for (const operationId of ['a', 'b']) pollers.start(await hold(operation({ operationId })));
  watch(await hold(operation({ operationId: 'watched' })));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(billing.asked.map(({ id }) => id)).toEqual(['op']);
  slow.resolve(running);
  await vi.advanceTimersByTimeAsync(0);
  expect(billing.asked.map(({ id }) => id).slice(0, 2)).toEqual(['op', 'watched']);
});

test('a thousand operations that are due after a restart are polled at an even pace', async () => {
  const polls: number[] = [];
  const getOperation = async (id: string) => {
    polls.push(performance.now());
    return reading(operation({ operationId: id }));
  };
  const { pollers, held } = await polled({ getOperation }, { pollsPerSecond: 200 });
  const startedAt = performance.now();
  for (let n = 0; n < 1_000; n++) {
    const state = operation({ operationId: `op-${n}` });
    pollers.start({ ...held, entry: { ...held.entry, operation: state } }, 'SPREAD');
  }
  await vi.advanceTimersByTimeAsync(2_000);
  for (let second = 1; second <= 2; second++) {
    const until = startedAt + second * 1_000;
    const started = polls.filter((at) => at > until - 1_000 && at <= until);
    expect(started.length).toBeLessThanOrEqual(221);
  }
  expect(polls.length).toBeGreaterThan(300);
});
