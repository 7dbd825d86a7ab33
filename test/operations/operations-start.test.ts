import { describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { operated } from './operated.support.ts';
import { operation, outage, scope, settle, startingBilling, step } from './operations.support.ts';

const request = { kind: 'ACTIVATE_CUSTOMER', resellerId: 'R1', customerId: 'C1' } as const;
const asked = { caller: 'alice', idempotencyKey: 'key' };
const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;

/** Billing that starts an operation when told to, and never says more of it. */
async function starting() {
  const answer = Promise.withResolvers<ReturnType<typeof operation>>();
  const billing = {
    ...startingBilling(answer.promise),
    getOperation: () => new Promise<never>(() => {}),
  };
  const parts = await operated(billing);
  const start = (signal?: AbortSignal) => parts.operations.start(request, asked, scope(signal));
  return { ...parts, billing, answer: () => answer.resolve(operation()), start };
}

describe('starting an operation', () => {
  test('gives its first state, tells who watches, and has it polled', async () => {
    const { operations, start, answer } = await starting();
    const all = await operations.watchAll(undefined, null, scope());
    answer();
    const entry = await start();
    expect(entry.operation).toEqual(operation({ metadata }));
    expect((await all.next()).value).toEqual(entry);
    await expect.poll(() => operations.polled).toBe(1);
  });

  test('again with its key gives its present state', async () => {
    const { operations, billing, start, answer, journal } = await starting();
    answer();
    await start();
    await journal.append(step(1, { done: true }));
    expect((await start()).operation).toEqual(step(1, { done: true }));
    expect(billing.sent).toHaveLength(1);
    expect(operations.polled).toBeLessThanOrEqual(1);
  });

  test('goes on to its end when the client leaves', async () => {
    const { billing, start, answer, journal } = await starting();
    const leaving = new AbortController();
    const left = start(leaving.signal);
    await expect.poll(() => billing.sent).toHaveLength(1);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(billing.sent[0]?.signal.aborted).toBe(false);
    answer();
    await expect.poll(() => journal.latest('op')).not.toBeNull();
  });

  test('does not begin for a client that has left', async () => {
    const { billing, start, journal } = await starting();
    const intend = vi.spyOn(journal, 'intend');
    await expect(start(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(intend).not.toHaveBeenCalled();
    expect(billing.sent).toEqual([]);
  });

  test('does not begin when the gateway has stopped', async () => {
    const { billing, start, operations } = await starting();
    await operations.close();
    await expect(start()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(billing.sent).toEqual([]);
  });

  test('sends nothing when the journal cannot be written', async () => {
    const { billing, start, journal } = await starting();
    vi.spyOn(journal, 'intend').mockRejectedValueOnce(outage);
    await expect(start()).rejects.toBe(outage);
    expect(billing.sent).toEqual([]);
  });
});

describe('closing while an operation is started', () => {
  test('waits for what billing has answered to be on disk', async () => {
    const { operations, start, answer, journal } = await starting();
    const { started } = journal;
    const held = Promise.withResolvers<void>();
    const writing = Promise.withResolvers<void>();
    vi.spyOn(journal, 'started').mockImplementationOnce(async (...kept) => {
      writing.resolve();
      await held.promise;
      return started(...kept);
    });
    answer();
    const entry = start();
    await writing.promise;
    let isClosed = false;
    const closing = operations.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    held.resolve();
    await closing;
    expect(await journal.latest('op')).toEqual(await entry);
    expect(operations.polled).toBe(0);
  });

  test('ends a call that has no answer yet, and leaves it to be repeated', async () => {
    const { operations, billing, journal, start } = await starting();
    billing.activateCustomer = (customerId, idempotencyKey, { signal }) => {
      billing.sent.push({ customerId, idempotencyKey, signal });
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    const ended = start();
    await expect.poll(() => billing.sent).toHaveLength(1);
    const [closed] = await Promise.allSettled([operations.close(), ended]);
    expect(closed.status).toBe('fulfilled');
    await expect(ended).rejects.toBeInstanceOf(GatewayError);
    expect(await journal.interrupted(-1)).toMatchObject([{ idempotencyKey: 'key' }]);
  });
});
