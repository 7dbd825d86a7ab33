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

describe('the current state', () => {
  test('is read from the API and stored', async () => {
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

  test('of a finished operation is not read again', async () => {
    const billing = silentBilling();
    const { operations } = await operated(billing);
    const entry = await operations.record(succeeded());
    expect(await operations.get('op', scope())).toEqual(entry);
    expect(billing.asked).toHaveLength(0);
  });

  test('keeps the kind with which the operation was started', async () => {
    const billing = scriptedBilling(null);
    const { operations } = await operated(billing);
    await operations.record(operation({ kind: 'INVITE_CUSTOMER' }));
    await operations.get('op', scope());
    await operations.get('other', scope());
    expect(billing.asked.map(({ kind }) => kind)).toEqual(['INVITE_CUSTOMER', 'UNKNOWN']);
    expect(await operations.kindOf('op')).toBe('INVITE_CUSTOMER');
    expect(await operations.kindOf('other')).toBe('UNKNOWN');
  });

  test('keeps the customer when the API no longer names it', async () => {
    const { operations } = await operated(scriptedBilling(reading(step(1))));
    const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;
    await operations.record(operation({ metadata }));
    expect((await operations.get('op', scope()))?.operation).toEqual(step(1, { metadata }));
  });

  test.each<[string, null | Error]>([
    ['does not return it yet', null],
    ['is down', outage],
  ])('is the journaled one when the API %s', async (_, answer) => {
    const { operations } = await operated(scriptedBilling(answer));
    const entry = await operations.record(operation());
    expect(await operations.get('op', scope())).toEqual(entry);
  });

  test('is null when neither the journal nor the API has the operation', async () => {
    const { operations } = await operated(scriptedBilling(null));
    expect(await operations.get('op', scope())).toBeNull();
    expect(await operations.watch('op', null, scope())).toBeNull();
    expect(operations.polled).toBe(0);
  });

  test('is an error when the API is down and the journal is empty', async () => {
    const { operations } = await operated(scriptedBilling(outage));
    await expect(operations.get('op', scope())).rejects.toBe(outage);
    await expect(operations.watch('op', null, scope())).rejects.toBe(outage);
  });

  test('is an error after the request was aborted', async () => {
    const gone = new Error('gone');
    const { operations } = await operated(scriptedBilling(gone));
    await operations.record(operation());
    await expect(operations.get('op', scope(AbortSignal.abort(gone)))).rejects.toBe(gone);
  });

  test.each([
    ['an earlier', new Date(1)],
    ['the same', new Date(2)],
    ['no', null],
  ])('does not change by a reading with %s modification time', async (_, modifiedAt) => {
    const { operations } = await operated(scriptedBilling(reading(step(1, { modifiedAt }))));
    const entry = await operations.record(step(2));
    expect(await operations.get('op', scope())).toEqual(entry);
  });

  test('is final after a final reading without a modification time', async () => {
    const done = succeeded({ modifiedAt: null });
    const { operations } = await operated(scriptedBilling(reading(done)));
    await operations.record(step(2));
    expect((await operations.get('op', scope()))?.operation).toEqual(done);
  });

  test.each(['', 'op\u0000', 'other'])('is not read from a response with the id %j', async (id) => {
    const billing = scriptedBilling(reading(succeeded({ operationId: id })));
    const { operations, journal } = await operated(billing);
    await expect(operations.get('op', scope())).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    });
    const entry = await operations.record(operation());
    expect(await operations.get('op', scope())).toEqual(entry);
    await expect(operations.record(succeeded({ operationId: id }), 'op')).rejects.toThrow(
      'another operation',
    );
    expect(await journal.changesAfter({}, 0)).toEqual([entry]);
  });

  test('of a LOST operation is read again', async () => {
    const { operations } = await operated(scriptedBilling(reading(succeeded())));
    await operations.record(operation({ lost: 'STILL_POLLED' }));
    expect((await operations.get('op', scope()))?.operation).toEqual(succeeded());
  });
});

describe('the customer that an operation returns', () => {
  const customer = { resellerId: 'R1', customerId: 'C1', billingAccountId: 'A1' };

  test('is published before watchers receive the final state', async () => {
    const { operations, learned, journal } = await operated(silentBilling());
    await operations.record(operation());
    const states = await operations.watchAll(undefined, 0, scope());
    await states.next();
    // The read for changes without watchers never completes.
    vi.spyOn(journal, 'latest').mockReturnValue(new Promise(() => {}));
    void journal.append(succeeded());
    await states.next();
    expect(learned).toEqual([customer]);
  });

  test('is published without watchers, too', async () => {
    const { operations, learned } = await operated(silentBilling());
    await operations.record(succeeded());
    await settle();
    expect(learned).toEqual([customer]);
  });
});

describe('watching an operation', () => {
  test('polls it once for any number of watchers until it is done', async () => {
    const running = reading(step(1));
    const billing = scriptedBilling(running, running, reading(succeeded()));
    const { operations, journal } = await operated(billing);
    await operations.record(operation());
    const take = vi.spyOn(journal, 'take');
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
    expect(take).toHaveBeenCalledTimes(1);
  });

  test('that another client started sends the state that the API returns', async () => {
    const elsewhere = operation({ kind: 'UNKNOWN' });
    const done = succeeded({ kind: 'UNKNOWN' });
    const { operations } = await operated(scriptedBilling(reading(elsewhere), reading(done)));
    const seen = statesOf(await operations.watch('op', null, scope()));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await seen).toEqual([elsewhere, done]);
  });

  test('sends states that another request has read', async () => {
    const { operations } = await operated(silentBilling());
    await operations.record(operation());
    const seen = statesOf(await operations.watch('op', null, scope()));
    await operations.record(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('that another instance polls sends no polls', async () => {
    const billing = silentBilling();
    const { operations, journal } = await operated(billing);
    await operations.record(operation());
    vi.spyOn(journal, 'take').mockResolvedValue(null);
    const seen = statesOf(await operations.watch('op', null, scope()));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(billing.asked).toEqual([]);
    await journal.append(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('continues when the operation could not be taken', async () => {
    const { operations, journal } = await operated(silentBilling());
    await operations.record(operation());
    vi.spyOn(journal, 'take').mockRejectedValueOnce(outage);
    const seen = statesOf(await operations.watch('op', null, scope()));
    await settle();
    expect(operations.polled).toBe(0);
    // The next watcher tries again.
    await operations.watch('op', null, scope());
    await settle();
    expect(operations.polled).toBe(1);
    await operations.record(succeeded());
    expect(await seen).toEqual([operation(), succeeded()]);
  });

  test('shares reads of the journal without missing a change', async () => {
    const { operations, journal } = await operated(silentBilling());
    const { sequence } = await operations.record(operation());
    const { after } = journal;
    const held = Promise.withResolvers<void>();
    // The first read starts before the change and completes after it.
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

  test('completes when it is LOST, and later watchers receive what follows', async () => {
    const { operations } = await operated(silentBilling());
    const lost = step(1, { lost: 'STILL_POLLED' });
    const { sequence } = await operations.record(operation());
    const seen = statesOf(await operations.watch('op', null, scope()));
    const { sequence: lostAt } = await operations.record(lost);
    expect(await seen).toEqual([operation(), lost]);
    expect(await statesOf(await operations.watch('op', null, scope()))).toEqual([lost]);
    expect(await statesOf(await operations.watch('op', lostAt, scope()))).toEqual([]);
    await operations.record(step(2));
    await operations.record(succeeded());
    const later = statesOf(await operations.watch('op', sequence, scope()));
    expect(await later).toEqual([lost, step(2), succeeded()]);
  });
});

describe('watching from a cursor', () => {
  async function changed() {
    const { operations } = await operated(silentBilling());
    const first = await operations.record(step(0));
    const second = await operations.record(step(1));
    await operations.record(step(2));
    const behind = async (after: number | null) =>
      statesOf(await operations.watch('op', after, scope()));
    return { operations, first, second, behind };
  }

  test('sends all states since then', async () => {
    const { operations, first, second, behind } = await changed();
    const last = await operations.record(succeeded());
    expect(await behind(first.sequence)).toEqual([step(1), step(2), succeeded()]);
    expect(await behind(second.sequence)).toEqual([step(2), succeeded()]);
    expect(await behind(null)).toEqual([succeeded()]);
    expect(await behind(last.sequence)).toEqual([]);
  });

  test('continues with new states while the operation runs', async () => {
    const { operations, second, behind } = await changed();
    const seen = behind(second.sequence);
    await settle();
    await operations.record(succeeded());
    expect(await seen).toEqual([step(2), succeeded()]);
  });

  // As after the database was deleted.
  test.each([
    ['running', [step(2), succeeded()]],
    ['finished', [succeeded()]],
  ])('of another journal starts with the current state of a %s operation', async (status, expected) => {
    const { operations, behind } = await changed();
    if (status === 'finished') await operations.record(succeeded());
    const seen = behind(1_000_000);
    await settle();
    await operations.record(succeeded());
    expect(await seen).toEqual(expected);
  });
});

test('closing stops all pollers and waits for operations that are being taken', async () => {
  const billing = scriptedBilling(reading(operation()));
  const { operations, journal } = await operated(billing);
  await operations.record(operation());
  await operations.watch('op', null, scope());
  await settle();
  expect(operations.polled).toBe(1);
  const { take } = journal;
  const held = Promise.withResolvers<void>();
  vi.spyOn(journal, 'take').mockImplementationOnce(async (...asked) => {
    await held.promise;
    return take(...asked);
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
