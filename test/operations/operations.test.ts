import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { operated, statesOf } from './operated.support.ts';
import {
  operation,
  outage,
  reading,
  scope,
  scriptedBilling,
  settle,
  silentBilling,
  step,
  succeeded,
} from './operations.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the present state', () => {
  test('is read from the API, and kept', async () => {
    const billing = scriptedBilling(reading(operation({ description: 'new' })), outage);
    const { operations } = await operated(billing);
    const first = await operations.get('op', scope());
    expect(first).toMatchObject({
      operation: { description: 'new' },
      sequence: expect.any(Number),
    });
    expect(await operations.get('op', scope())).toEqual(first);
    expect(billing.asked).toHaveLength(2);
  });

  test('of a finished operation is never asked for again', async () => {
    const billing = silentBilling();
    const { operations } = await operated(billing);
    const entry = await operations.record(succeeded());
    expect(await operations.get('op', scope())).toEqual(entry);
    expect(billing.asked).toHaveLength(0);
  });

  test('keeps the kind that the operation was started as', async () => {
    const billing = scriptedBilling(null);
    const { operations } = await operated(billing);
    await operations.record(operation({ kind: 'INVITE_CUSTOMER' }));
    await operations.get('op', scope());
    await operations.get('other', scope());
    expect(billing.asked.map(({ kind }) => kind)).toEqual(['INVITE_CUSTOMER', 'UNKNOWN']);
    expect(await operations.kindOf('op')).toBe('INVITE_CUSTOMER');
    expect(await operations.kindOf('other')).toBe('UNKNOWN');
  });

  test('keeps what is known of the customer when the API names it no more', async () => {
    const { operations } = await operated(scriptedBilling(reading(step(1))));
    const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;
    await operations.record(operation({ metadata }));
    expect((await operations.get('op', scope()))?.operation).toEqual(step(1, { metadata }));
  });

  test.each<[string, null | Error]>([
    ['does not know it yet', null],
    ['is down', outage],
  ])('is the journaled one when the API %s', async (_, answer) => {
    const { operations } = await operated(scriptedBilling(answer));
    const entry = await operations.record(operation());
    expect(await operations.get('op', scope())).toEqual(entry);
  });

  test('is null when nobody knows the operation', async () => {
    const { operations } = await operated(scriptedBilling(null));
    expect(await operations.get('op', scope())).toBeNull();
    expect(await operations.watch('op', null, scope())).toBeNull();
    expect(operations.polled).toBe(0);
  });

  test('is not to be had when the API is down and the journal is empty', async () => {
    const { operations } = await operated(scriptedBilling(outage));
    await expect(operations.get('op', scope())).rejects.toBe(outage);
    await expect(operations.watch('op', null, scope())).rejects.toBe(outage);
  });

  test('is not shown to a request that has gone', async () => {
    const gone = new Error('gone');
    const { operations } = await operated(scriptedBilling(gone));
    await operations.record(operation());
    await expect(operations.get('op', scope(AbortSignal.abort(gone)))).rejects.toBe(gone);
  });
});

describe('the customer that an operation ends with', () => {
  const customer = { resellerId: 'R1', customerId: 'C1', billingAccountId: 'A1' };

  test('is told before those who watch know of the end', async () => {
    const { operations, learned, journal } = await operated(silentBilling());
    await operations.record(operation());
    const states = await operations.watchAll(undefined, 0, scope());
    await states.next();
    // What is read of changes that nobody watches may take its time.
    vi.spyOn(journal, 'latest').mockReturnValue(new Promise(() => {}));
    void journal.started('alice', 'key', succeeded());
    await states.next();
    expect(learned).toEqual([customer]);
  });

  test('is told also when nobody watches', async () => {
    const { operations, learned } = await operated(silentBilling());
    await operations.record(succeeded());
    await settle();
    expect(learned).toEqual([customer]);
  });
});

describe('watching an operation', () => {
  test('polls until it is done, however many watch', async () => {
    const running = reading(step(1));
    const billing = scriptedBilling(running, running, reading(succeeded()));
    const { operations, journal } = await operated(billing);
    await operations.record(operation());
    const lease = vi.spyOn(journal, 'lease');
    const watching = Array.from({ length: 50 }, () => operations.watch('op', null, scope()));
    const seen = (await Promise.all(watching)).map(statesOf);
    await settle();
    expect(operations.polled).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const states of await Promise.all(seen)) {
      expect(states).toEqual([operation(), step(1), succeeded()]);
    }
    expect(billing.asked).toHaveLength(3);
    expect(operations.polled).toBe(0);
    expect(lease).toHaveBeenCalledTimes(1);
  });

  test('from elsewhere begins with what the API says of it', async () => {
    const elsewhere = operation({ kind: 'UNKNOWN' });
    const done = succeeded({ kind: 'UNKNOWN' });
    const { operations } = await operated(scriptedBilling(reading(elsewhere), reading(done)));
    const seen = statesOf(await operations.watch('op', null, scope()));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await seen).toEqual([elsewhere, done]);
  });

  test('sees at once what another request learns', async () => {
    const { operations } = await operated(silentBilling());
    await operations.record(operation());
    const seen = statesOf(await operations.watch('op', null, scope()));
    await operations.record(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('that another instance polls asks for nothing', async () => {
    const billing = silentBilling();
    const { operations, journal } = await operated(billing);
    await operations.record(operation());
    vi.spyOn(journal, 'lease').mockResolvedValue(false);
    const seen = statesOf(await operations.watch('op', null, scope()));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toEqual([]);
    await journal.append(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('goes on when the lease cannot be had now', async () => {
    const { operations, journal } = await operated(silentBilling());
    await operations.record(operation());
    vi.spyOn(journal, 'lease').mockRejectedValueOnce(outage);
    const seen = statesOf(await operations.watch('op', null, scope()));
    await settle();
    expect(operations.polled).toBe(0);
    // The next one who comes tries again.
    await operations.watch('op', null, scope());
    await settle();
    expect(operations.polled).toBe(1);
    await operations.record(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('shares the reads of the journal, and misses no change by that', async () => {
    const { operations, journal } = await operated(silentBilling());
    const { sequence } = await operations.record(operation());
    const { after } = journal;
    const held = Promise.withResolvers<void>();
    // The first read sees the journal before the change, and its answer takes its time.
    const reads = vi.spyOn(journal, 'after').mockImplementationOnce(async (...asked) => {
      const entries = await after(...asked);
      await held.promise;
      return entries;
    });
    const early = statesOf(await operations.watch('op', sequence, scope()));
    await settle();
    await operations.record(succeeded());
    const late = statesOf(await operations.watch('op', sequence, scope()));
    await settle();
    held.resolve();
    expect(await Promise.all([early, late])).toEqual([[succeeded()], [succeeded()]]);
    expect(reads).toHaveBeenCalledTimes(2);
  });
});

describe('watching after a state', () => {
  async function changed() {
    const { operations } = await operated(silentBilling());
    const first = await operations.record(step(0));
    const second = await operations.record(step(1));
    await operations.record(step(2));
    const behind = async (after: number | null) =>
      statesOf(await operations.watch('op', after, scope()));
    return { operations, first, second, behind };
  }

  test('misses nothing that came while nobody watched', async () => {
    const { operations, first, second, behind } = await changed();
    const last = await operations.record(succeeded());
    expect(await behind(first.sequence)).toEqual([step(1), step(2), succeeded()]);
    expect(await behind(second.sequence)).toEqual([step(2), succeeded()]);
    expect(await behind(null)).toEqual([succeeded()]);
    expect(await behind(last.sequence)).toEqual([]);
  });

  test('of a running operation goes on with what comes', async () => {
    const { operations, second, behind } = await changed();
    const seen = behind(second.sequence);
    await settle();
    await operations.record(succeeded());
    expect(await seen).toEqual([step(2), succeeded()]);
  });

  // Say, of a database that was there before this one.
  test.each([
    ['running', [step(2), succeeded()]],
    ['finished', [succeeded()]],
  ])('that this journal never gave begins with the present one: %s', async (standing, expected) => {
    const { operations, behind } = await changed();
    if (standing === 'finished') await operations.record(succeeded());
    const seen = behind(1_000_000);
    await settle();
    await operations.record(succeeded());
    expect(await seen).toEqual(expected);
  });
});

test('closing ends the polling, and waits for what is being leased', async () => {
  const billing = scriptedBilling(reading(operation()));
  const { operations, journal } = await operated(billing);
  await operations.record(operation());
  await operations.watch('op', null, scope());
  await settle();
  expect(operations.polled).toBe(1);
  const { lease } = journal;
  const held = Promise.withResolvers<void>();
  vi.spyOn(journal, 'lease').mockImplementationOnce(async (...asked) => {
    await held.promise;
    return lease(...asked);
  });
  await operations.record(operation({ operationId: 'other' }));
  await operations.watch('other', null, scope());
  let isClosed = false;
  const closing = operations.close().then(() => {
    isClosed = true;
  });
  await settle();
  expect(isClosed).toBe(false);
  held.resolve();
  await closing;
  expect(operations.polled).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(billing.asked).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
