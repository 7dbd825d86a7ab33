import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OperationReading } from '../../src/backends/billing/client.ts';
import {
  failed,
  operation,
  reading,
  scriptedBilling,
  settle,
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

describe('a poller', () => {
  test('serves all watchers of an operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, held, watch } = await polled(billing);
    for (let n = 0; n < 100; n++) watch(held);
    expect(pollers.size).toBe(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(billing.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(billing.asked).toHaveLength(2);
  });

  test('is started for each operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, hold } = await polled(billing);
    for (const operationId of ['a', 'b']) {
      pollers.start(await hold(operation({ operationId, kind: 'SUSPEND_CUSTOMER' })));
    }
    expect(pollers.ids()).toEqual(['a', 'b']);
    await settle();
    expect(billing.asked.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(billing.asked[0]?.kind).toBe('SUSPEND_CUSTOMER');
    pollers.close();
    expect(pollers.size).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not use the database while its readings show no change', async () => {
    const { held, watch, journal } = await polled(
      scriptedBilling(running, running, running, reading(step(1))),
    );
    const appendPolled = vi.spyOn(journal, 'appendPolled');
    watch(held);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(appendPolled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(appendPolled.mock.calls[0]).toEqual([step(1), held.entry.sequence]);
    // Once more after each change, which may have been another instance's.
    expect(appendPolled).toHaveBeenCalledTimes(2);
  });

  test('is not started by a watcher of an operation that another instance polls', async () => {
    const billing = scriptedBilling(running);
    const { pollers, watchers } = await polled(billing);
    watchers.add('op')();
    watchers.add('op');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pollers.has('op')).toBe(false);
    expect(billing.asked).toEqual([]);
  });

  test.each([
    ['done', succeeded()],
    ['given up', operation({ lost: 'GIVEN_UP' })],
  ])('is not started for an operation that is %s', async (_, state) => {
    const billing = scriptedBilling(running);
    const { pollers, held } = await polled(billing);
    pollers.start({ ...held, entry: { ...held.entry, operation: state } });
    expect(pollers.size).toBe(0);
    expect(billing.asked).toEqual([]);
  });

  test('sends a request id that is a valid header value for every operation id', async () => {
    const billing = scriptedBilling(running);
    const { pollers, hold } = await polled(billing);
    pollers.start(await hold(operation({ operationId: 'op:ä/1' })));
    await settle();
    expect(billing.asked).toMatchObject([
      { id: 'op:ä/1', requestId: expect.stringMatching(/^[\w-]+$/) },
    ]);
  });

  test('ignores the response that arrives after it was stopped', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const billing = scriptedBilling(answer.promise);
    const { pollers, held, watch, statuses } = await polled(billing);
    watch(held);
    await settle();
    pollers.stop('op');
    expect(pollers.size).toBe(0);
    expect(billing.asked[0]?.signal.aborted).toBe(true);
    answer.resolve(reading(succeeded()));
    await settle();
    expect(await statuses()).toEqual(['RUNNING']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that was stopped does not end the next poller of the operation', async () => {
    const billing = scriptedBilling(running);
    const { pollers, held } = await polled(billing);
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(0);
    pollers.stop('op');
    pollers.start(held);
    await vi.advanceTimersByTimeAsync(0);
    expect(pollers.ids()).toEqual(['op']);
    expect(billing.asked).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('ends when the operation is done', async () => {
    const billing = scriptedBilling(running, reading(succeeded()));
    const { pollers, held, watch, statuses } = await polled(billing);
    const leave = watch(held);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pollers.size).toBe(0);
    expect(billing.asked).toHaveLength(2);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('states that a poller reads', () => {
  test('are FAILING, then FAILED for a failure that is rolled back', async () => {
    const billing = scriptedBilling(running, reading(failed(false)), reading(failed()));
    const { held, watch, statuses } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await statuses()).toEqual(['RUNNING', 'FAILING', 'FAILED']);
  });

  test('are stored once while they do not change', async () => {
    const billing = scriptedBilling(running);
    const { held, watch, journal } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked.length).toBeGreaterThan(5);
    expect(await journal.after('op', 0)).toEqual([held.entry]);
  });

  test('do not replace a final state that was stored during the poll', async () => {
    const answer = Promise.withResolvers<typeof running>();
    const { pollers, held, watch, record, statuses } = await polled(
      scriptedBilling(answer.promise),
    );
    watch(held);
    await record(succeeded());
    answer.resolve(running);
    await vi.advanceTimersByTimeAsync(0);
    expect(await statuses()).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(pollers.size).toBe(0);
  });

  test('do not replace a newer state that was stored during the poll', async () => {
    const slow = Promise.withResolvers<OperationReading>();
    const billing = scriptedBilling(slow.promise, reading(step(3)));
    const { held, watch, record, journal } = await polled(billing);
    watch(held);
    await record(step(2));
    slow.resolve(reading(step(1)));
    await vi.advanceTimersByTimeAsync(2_000);
    const states = (await journal.after('op', 0)).map(({ operation: state }) => state.description);
    expect(states).toEqual([null, 'step 2', 'step 3']);
  });

  test('without a later modification time replace only the state the poll was sent after', async () => {
    const slow = Promise.withResolvers<OperationReading>();
    const unmodified = (description: string) => step(2, { description });
    const billing = scriptedBilling(slow.promise, reading(unmodified('polled next')));
    const { held, watch, record, journal } = await polled(billing);
    watch(held);
    await record(unmodified('queried'));
    slow.resolve(reading(unmodified('polled late')));
    await vi.advanceTimersByTimeAsync(2_000);
    const states = (await journal.after('op', 0)).map(({ operation: state }) => state.description);
    expect(states).toEqual([null, 'queried', 'polled next']);
  });

  test('are not stored when the lease has expired; polling stops', async () => {
    const slow = Promise.withResolvers<OperationReading>();
    const billing = scriptedBilling(slow.promise);
    const { pollers, held, watch, journal, store } = await polled(billing);
    watch(held);
    // As after a pause of the process until the lease had expired.
    await store.journal.release();
    slow.resolve(reading(step(1)));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await journal.after('op', 0)).toEqual([held.entry]);
    expect(pollers.size).toBe(0);
    expect(billing.asked).toHaveLength(1);
  });

  test.each([
    ['an empty id', ''],
    ['an id with U+0000', 'op\u0000'],
    ['the id of another operation', 'other'],
  ])('are not stored under %s; the poll counts as failed', async (_, operationId) => {
    const wrong = reading(succeeded({ operationId }));
    const billing = scriptedBilling(wrong, wrong, reading(succeeded()));
    const { held, watch, journal } = await polled(billing);
    watch(held);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(billing.asked).toHaveLength(3);
    const entries = await journal.changesAfter({}, 0);
    expect(entries.map(({ operation: state }) => state)).toEqual([operation(), succeeded()]);
  });
});
