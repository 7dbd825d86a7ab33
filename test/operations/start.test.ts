import { describe, expect, test, vi } from 'vitest';
import type { BillingClient } from '../../src/backends/billing/client.ts';
import { type ErrorCode, GatewayError } from '../../src/domain/error.ts';
import { type IdempotencyScope, Starts } from '../../src/operations/start.ts';
import { testDatabase } from '../store/databases.support.ts';
import {
  log,
  operation,
  outage,
  scope,
  settle,
  startingBilling,
  succeeded,
} from './operations.support.ts';

const database = testDatabase('SQLite');

const request = { kind: 'ACTIVATE_CUSTOMER', resellerId: 'R1', customerId: 'C1' } as const;
const asked: IdempotencyScope = { caller: 'alice', idempotencyKey: 'key' };
const metadata = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;

/** Starts on a store of their own, with a look at what they have kept. */
async function startsWith(billing: BillingClient) {
  const { journal } = await database.open();
  const starts = new Starts({ billing, journal, log });
  const kept = () =>
    database.query('select caller, idempotency_key, operation_id from operation_intents');
  return { starts, journal, kept, start: () => starts.start(request, asked, scope()) };
}

/** Also of what began within this millisecond. */
const ANY_AGE = -1;

const intended = { caller: 'alice', idempotency_key: 'key', operation_id: null };
const refusal = (code: ErrorCode) => new GatewayError(code, code);

describe('a start', () => {
  test('is kept before its call goes out, and tied to its operation before it is told', async () => {
    const answer = Promise.withResolvers<ReturnType<typeof operation>>();
    const billing = startingBilling(answer.promise);
    const { start, kept, journal } = await startsWith(billing);
    const starting = start();
    await expect.poll(() => billing.sent).toHaveLength(1);
    expect(await kept()).toEqual([intended]);
    answer.resolve(operation());
    expect(await starting).toMatchObject({ operation: operation({ metadata }) });
    expect(await kept()).toEqual([{ ...intended, operation_id: 'op' }]);
    expect((await journal.latest('op'))?.operation).toEqual(operation({ metadata }));
    expect(billing.sent).toMatchObject([{ customerId: 'C1', idempotencyKey: 'key' }]);
  });

  test('sends nothing when it cannot be kept', async () => {
    const billing = startingBilling(operation());
    const { start, journal } = await startsWith(billing);
    vi.spyOn(journal, 'intend').mockRejectedValueOnce(outage);
    await expect(start()).rejects.toBe(outage);
    expect(billing.sent).toEqual([]);
  });

  test('again with its key gives the id of what it started, and sends nothing', async () => {
    const billing = startingBilling(operation());
    const { start } = await startsWith(billing);
    await start();
    expect(await start()).toBe('op');
    expect(billing.sent).toHaveLength(1);
  });

  test('with the key of another request is a conflict, and sends nothing', async () => {
    const billing = startingBilling(operation());
    const { starts, start, kept } = await startsWith(billing);
    await start();
    const before = await kept();
    const other = starts.start({ ...request, customerId: 'C2' }, asked, scope());
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT', retryable: false });
    expect(billing.sent).toHaveLength(1);
    expect(await kept()).toEqual(before);
  });

  test('with the key that another caller used is one of its own', async () => {
    const billing = startingBilling(operation(), operation({ operationId: 'other' }));
    const { starts, start } = await startsWith(billing);
    await start();
    const other = await starts.start(request, { ...asked, caller: 'bob' }, scope());
    expect(other).toMatchObject({ operation: { operationId: 'other' } });
  });

  test('twice at the same time gives one operation', async () => {
    const { start, kept } = await startsWith(startingBilling(operation()));
    const [first, second] = await Promise.all([start(), start()]);
    expect(first).toEqual(second);
    expect(await kept()).toEqual([{ ...intended, operation_id: 'op' }]);
  });

  test.each([
    ['is refused', refusal('FAILED_PRECONDITION')],
    ['gets no answer', outage],
  ])('that %s is forgotten: who is told of a failure must not find it done later', async (_, error) => {
    const billing = startingBilling(error, operation());
    const { starts, start, kept } = await startsWith(billing);
    await expect(start()).rejects.toBe(error);
    expect(await kept()).toEqual([]);
    expect(await starts.recover(ANY_AGE, scope())).toEqual([]);
    expect(await start()).toMatchObject({ operation: { operationId: 'op' } });
  });

  test('tells of the refusal also when that cannot be forgotten', async () => {
    const error = refusal('FAILED_PRECONDITION');
    const { start, journal } = await startsWith(startingBilling(error));
    vi.spyOn(journal, 'refused').mockRejectedValueOnce(outage);
    await expect(start()).rejects.toBe(error);
  });
});

describe('an interrupted start', () => {
  test('whose answer could not be kept is repeated with its key', async () => {
    const billing = startingBilling(operation(), succeeded());
    const { starts, start, journal, kept } = await startsWith(billing);
    vi.spyOn(journal, 'started').mockRejectedValueOnce(outage);
    await expect(start()).rejects.toBe(outage);
    expect(await kept()).toEqual([intended]);
    expect(await starts.recover(ANY_AGE, scope())).toMatchObject([{ operation: { done: true } }]);
    expect(billing.sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key', 'key']);
    expect(await kept()).toEqual([{ ...intended, operation_id: 'op' }]);
    expect((await journal.latest('op'))?.operation).toMatchObject({ metadata, done: true });
    expect(await start()).toBe('op');
  });

  test('by the end of the gateway is kept, as one by a crash is', async () => {
    const { starts, kept } = await startsWith(startingBilling(operation()));
    const closing = new AbortController();
    const stopping = new GatewayError('UNAVAILABLE', 'stopping', { retryable: true });
    const billing = startingBilling(
      new Promise((_, reject) => {
        closing.signal.addEventListener('abort', () => reject(stopping));
      }),
    );
    const { journal } = await database.open();
    const ended = new Starts({ billing, journal, log }).start(
      request,
      asked,
      scope(closing.signal),
    );
    await expect.poll(() => billing.sent).toHaveLength(1);
    closing.abort(stopping);
    await expect(ended).rejects.toBe(stopping);
    expect(await kept()).toEqual([intended]);
    expect(await starts.recover(ANY_AGE, scope())).toHaveLength(1);
  });

  /** A start that another life of the gateway began, and did not end. */
  async function interrupted(...answers: Parameters<typeof startingBilling>) {
    const billing = startingBilling(...answers);
    const parts = await startsWith(billing);
    await parts.journal.intend({
      ...{ caller: 'alice', idempotencyKey: 'key', kind: request.kind, request },
      ...{ resellerId: 'R1', customerId: 'C1', createdAt: new Date(), linkTo: null },
    });
    return { ...parts, billing, recover: () => parts.starts.recover(ANY_AGE, scope()) };
  }

  test('is left alone as long as its answer may still come', async () => {
    const { starts, billing } = await interrupted(operation());
    expect(await starts.recover(60_000, scope())).toEqual([]);
    expect(billing.sent).toEqual([]);
  });

  test.each([
    ['is not available', outage],
    ['fails', refusal('INTERNAL_SERVER_ERROR')],
    ['refuses the credential', refusal('UNAUTHENTICATED')],
    ['gives what nobody understands', new TypeError('oops')],
  ])('is left for later while the backend %s', async (_, error) => {
    const { recover, kept } = await interrupted(error, operation());
    expect(await recover()).toEqual([]);
    expect(await kept()).toEqual([intended]);
    expect(await recover()).toMatchObject([{ operation: { operationId: 'op' } }]);
  });

  test.each<ErrorCode>([
    'BAD_USER_INPUT',
    'NOT_FOUND',
    'FAILED_PRECONDITION',
    'CONFLICT',
    'FORBIDDEN',
  ])('that the backend refuses for good is dropped: %s', async (code) => {
    const { recover, kept, billing } = await interrupted(refusal(code));
    expect(await recover()).toEqual([]);
    expect(await kept()).toEqual([]);
    expect(await recover()).toEqual([]);
    expect(billing.sent).toHaveLength(1);
  });

  test('that cannot be read does not keep the others from being repeated', async () => {
    const { recover, journal, billing } = await interrupted(operation());
    await journal.intend({
      ...{ caller: 'alice', idempotencyKey: 'newer', kind: 'UNKNOWN', request: { kind: 'NEWER' } },
      ...{ resellerId: null, customerId: null, createdAt: new Date(0), linkTo: null },
    });
    expect(await recover()).toHaveLength(1);
    expect(billing.sent).toHaveLength(1);
  });

  test('that does not answer does not hold up the others', async () => {
    const { recover, journal, billing } = await interrupted(new Promise(() => {}), operation());
    await journal.intend({
      ...{ caller: 'alice', idempotencyKey: 'second', kind: request.kind, request },
      ...{ resellerId: 'R1', customerId: 'C1', createdAt: new Date(), linkTo: null },
    });
    void recover();
    await expect.poll(() => journal.latest('op')).not.toBeNull();
    expect(billing.sent).toHaveLength(2);
  });

  test('is repeated by one of two who look at the same time', async () => {
    const { billing } = await interrupted(operation());
    await database.query('update operation_intents set touched_at = 0');
    const stores = [await database.open(), await database.open()];
    const both = stores.map(({ journal }) => new Starts({ billing, journal, log }));
    const found = await Promise.all(both.map((starts) => starts.recover(60_000, scope())));
    await settle();
    expect(found.flat()).toHaveLength(1);
    expect(billing.sent).toHaveLength(1);
  });
});
