import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  failed,
  operation,
  reading,
  scriptedBilling,
  settle,
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

describe('one poller', () => {
  test('serves everyone who watches the operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest, watch } = await polled(billing);
    for (let n = 0; n < 100; n++) watch(latest);
    expect(pollers.size).toBe(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(billing.asked).toHaveLength(2);
  });

  test('runs per operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, record } = await polled(billing);
    for (const operationId of ['a', 'b']) {
      pollers.start(await record(operation({ operationId, kind: 'SUSPEND_CUSTOMER' })));
    }
    expect(pollers.ids()).toEqual(['a', 'b']);
    expect(billing.asked.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(billing.asked[0]?.kind).toBe('SUSPEND_CUSTOMER');
    pollers.close();
    expect(pollers.size).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not there for an operation that this instance does not keep', async () => {
    const billing = scriptedBilling(running);
    const { pollers } = await polled(billing);
    pollers.watch('op')();
    pollers.watch('op');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pollers.has('op')).toBe(false);
    expect(billing.asked).toEqual([]);
  });

  test('is not there for an operation that is done', async () => {
    const billing = scriptedBilling(running);
    const { pollers, record } = await polled(billing);
    pollers.start(await record(succeeded()));
    expect(pollers.size).toBe(0);
    expect(billing.asked).toEqual([]);
  });

  test('of an id that no header could hold asks under an id that one can', async () => {
    const billing = scriptedBilling(running);
    const { pollers, record } = await polled(billing);
    pollers.start(await record(operation({ operationId: 'op:ä/1' })));
    expect(billing.asked).toMatchObject([
      { id: 'op:ä/1', requestId: expect.stringMatching(/^[\w-]+$/) },
    ]);
  });

  test('that is dropped is gone at once, and its late answer counts no more', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const billing = scriptedBilling(answer.promise);
    const { pollers, latest, watch, statuses } = await polled(billing);
    watch(latest);
    pollers.stop('op');
    expect(pollers.size).toBe(0);
    expect(billing.asked[0]?.signal.aborted).toBe(true);
    answer.resolve(reading(succeeded()));
    await settle();
    expect(await statuses()).toEqual(['RUNNING']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is dropped and kept again is a new one, which the old one does not end', async () => {
    const billing = scriptedBilling(running);
    const { pollers, latest } = await polled(billing);
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(0);
    pollers.stop('op');
    pollers.start(latest);
    await vi.advanceTimersByTimeAsync(0);
    expect(pollers.ids()).toEqual(['op']);
    expect(billing.asked).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('is gone when the operation is done', async () => {
    const billing = scriptedBilling(running, reading(succeeded()));
    const { pollers, latest, watch, statuses } = await polled(billing);
    const leave = watch(latest);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pollers.size).toBe(0);
    expect(billing.asked).toHaveLength(2);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('states', () => {
  test('a failure that is rolled back is FAILING, then FAILED', async () => {
    const billing = scriptedBilling(running, reading(failed(false)), reading(failed()));
    const { latest, watch, statuses } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'FAILING', 'FAILED']);
  });

  test('that do not change are journaled once', async () => {
    const billing = scriptedBilling(running);
    const { latest, watch, journal } = await polled(billing);
    watch(latest);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked.length).toBeGreaterThan(5);
    expect(await journal.after('op', 0)).toEqual([latest]);
  });

  test('that come late do not reopen a finished operation', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const { pollers, latest, watch, record, statuses } = await polled(
      scriptedBilling(answer.promise),
    );
    watch(latest);
    await record(succeeded());
    answer.resolve(running);
    await vi.advanceTimersByTimeAsync(0);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });
});
