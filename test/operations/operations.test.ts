import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import { Operations } from '../../src/operations/operations.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import {
  log,
  operation,
  pollOptions,
  reading,
  scope,
  scriptedBilling,
  silentBilling,
  succeeded,
} from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const outage = new GatewayError('UNAVAILABLE', 'down', { retryable: true });

function operationsOf(billing: ReturnType<typeof scriptedBilling>): Operations {
  return new Operations({ billing, journal: memoryJournal(), log, poll: pollOptions });
}

async function collect(states: AsyncIterable<OperationEntry> | null): Promise<Operation[]> {
  const seen: Operation[] = [];
  for await (const entry of states ?? []) seen.push(entry.operation);
  return seen;
}

describe('the present state', () => {
  test('is read from the API, and kept', async () => {
    const billing = scriptedBilling(reading(operation({ description: 'new' })), outage);
    const operations = operationsOf(billing);
    const first = await operations.get('op', scope());
    expect(first).toMatchObject({
      operation: { description: 'new' },
      sequence: expect.any(Number),
    });
    expect(await operations.get('op', scope())).toBe(first);
    expect(billing.asked).toHaveLength(2);
  });

  test('of a finished operation is never asked for again', async () => {
    const billing = silentBilling();
    const operations = operationsOf(billing);
    const entry = await operations.record(succeeded());
    expect(await operations.get('op', scope())).toBe(entry);
    expect(billing.asked).toHaveLength(0);
  });

  test('keeps the kind that the operation was started as', async () => {
    const billing = scriptedBilling(null);
    const operations = operationsOf(billing);
    await operations.record(operation({ kind: 'INVITE_CUSTOMER' }));
    await operations.get('op', scope());
    await operations.get('other', scope());
    expect(billing.asked.map(({ kind }) => kind)).toEqual(['INVITE_CUSTOMER', 'UNKNOWN']);
    expect(await operations.kindOf('op')).toBe('INVITE_CUSTOMER');
    expect(await operations.kindOf('other')).toBe('UNKNOWN');
  });

  test.each<[string, null | Error]>([
    ['does not know it yet', null],
    ['is down', outage],
  ])('is the journaled one when the API %s', async (_, answer) => {
    const operations = operationsOf(scriptedBilling(answer));
    const entry = await operations.record(operation());
    expect(await operations.get('op', scope())).toBe(entry);
  });

  test('is null when nobody knows the operation', async () => {
    const operations = operationsOf(scriptedBilling(null));
    expect(await operations.get('op', scope())).toBeNull();
    expect(await operations.watch('op', null, scope())).toBeNull();
    expect(operations.polled).toBe(0);
  });

  test('is not to be had when the API is down and the journal is empty', async () => {
    const operations = operationsOf(scriptedBilling(outage));
    await expect(operations.get('op', scope())).rejects.toBe(outage);
    await expect(operations.watch('op', null, scope())).rejects.toBe(outage);
  });

  test('is not shown to a request that has gone', async () => {
    const gone = new Error('gone');
    const operations = operationsOf(scriptedBilling(gone));
    await operations.record(operation());
    await expect(operations.get('op', scope(AbortSignal.abort(gone)))).rejects.toBe(gone);
  });
});

describe('watching', () => {
  test('polls until the operation is done, however many watch', async () => {
    const running = reading(operation({ description: 'half' }));
    const billing = scriptedBilling(running, running, reading(succeeded()));
    const operations = operationsOf(billing);
    await operations.record(operation());
    const watchers = await Promise.all(
      Array.from({ length: 50 }, () => operations.watch('op', null, scope())),
    );
    const seen = Promise.all(watchers.map(collect));
    expect(operations.polled).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const states of await seen) {
      expect(states).toEqual([operation(), operation({ description: 'half' }), succeeded()]);
    }
    expect(billing.asked).toHaveLength(3);
    expect(operations.polled).toBe(0);
  });

  test('an operation from elsewhere begins with what the API says of it', async () => {
    const elsewhere = operation({ kind: 'UNKNOWN' });
    const done = succeeded({ kind: 'UNKNOWN' });
    const operations = operationsOf(scriptedBilling(reading(elsewhere), reading(done)));
    const seen = collect(await operations.watch('op', null, scope()));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await seen).toEqual([elsewhere, done]);
  });

  test('sees at once what another request learns', async () => {
    const operations = operationsOf(silentBilling());
    await operations.record(operation());
    const seen = collect(await operations.watch('op', null, scope()));
    await operations.record(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
    expect(operations.polled).toBe(0);
  });

  test('again after the last state that was seen misses nothing', async () => {
    const operations = operationsOf(silentBilling());
    const first = await operations.record(operation());
    const left = await operations.watch('op', null, scope());
    expect(await left?.next()).toMatchObject({ value: first });
    await left?.return?.();
    expect(operations.polled).toBe(0);
    await operations.record(operation({ description: 'half' }));
    await operations.record(succeeded());
    const seen = await collect(await operations.watch('op', first.sequence, scope()));
    expect(seen).toEqual([operation({ description: 'half' }), succeeded()]);
  });

  test('stops to poll when the gateway closes', async () => {
    const billing = scriptedBilling(reading(operation()));
    const operations = operationsOf(billing);
    await operations.record(operation());
    await operations.watch('op', null, scope());
    await vi.advanceTimersByTimeAsync(0);
    operations.close();
    expect(operations.polled).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
