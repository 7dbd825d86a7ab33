import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import { OutcomeUnknown } from '../../../src/domain/write.ts';
import { buy } from './mutations.support.ts';
import { startWritten } from './written.support.ts';

const transfer = (...skuIds: string[]) =>
  skuIds.map((skuId) => ({ ...buy(skuId), action: undefined, customerAuthToken: 'ff' }));
const targets = (...skuIds: string[]) =>
  skuIds.map((skuId) => ({ customerId: 'C1', skuId, subscriptionId: null }));
const codes = (results: readonly unknown[]) =>
  results.map((result) => (result instanceof GatewayError ? result.code : 'ok'));

describe('transferSubscriptions', () => {
  test('has one result per subscription', async () => {
    const written = await startWritten();
    const refuseA = { isApplied: false, answer: 412 };
    const results = [null, refuseA, null];
    written.api.fault = () => results.shift() ?? null;
    const answer = await written.run(written.writes.transferSubscriptions(transfer('A', 'B', 'C')));
    expect(codes(answer.value)).toEqual(['ok', 'FAILED_PRECONDITION', 'ok']);
  });

  test('is refused when every part is refused', async () => {
    const written = await startWritten();
    written.api.fault = () => ({ isApplied: false, answer: 403 });
    const run = () => written.run(written.writes.transferSubscriptions(transfer('A', 'B')));
    await expect(run()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    written.api.fault = () => null;
    expect((await run()).replayed).toBe(false);
  });

  test('reads back only the parts without an answer', async () => {
    const written = await startWritten();
    const faults = [
      { isApplied: false, answer: 412 },
      { isApplied: true, answer: 500 },
    ];
    written.api.fault = () => faults.shift() ?? null;
    const { value } = await written.run(
      written.writes.transferSubscriptions(transfer('A', 'B', 'C')),
    );
    expect(codes(value)).toEqual(['FAILED_PRECONDITION', 'ok', 'ok']);
    expect(written.api.writes).toHaveLength(3);
  });

  test('is unknown while one part is, and done with an error for it later', async () => {
    const written = await startWritten({ timeoutMs: 500, absentAfterMs: 0 });
    const faults = [{ isApplied: false, answer: 500 }];
    written.api.fault = () => faults.shift() ?? null;
    const spec = () => written.writes.transferSubscriptions(transfer('A', 'B'));
    const failure = await written.run(spec()).catch((error: unknown) => error);
    if (!(failure instanceof OutcomeUnknown)) throw failure;
    const key = failure.write.idempotencyKey;
    await written.untilConclusive();
    const again = await written.run(spec(), { key });
    expect(codes(again.value)).toEqual(['UNAVAILABLE', 'ok']);
    expect(written.api.writes).toHaveLength(2);
    const replayed = await written.run(spec(), { key });
    expect(codes(replayed.value)).toEqual(['UNAVAILABLE', 'ok']);
  });

  test.each([
    'dropped',
    'hanging',
    'unreadable',
  ] as const)('is done when the answer to the batch is lost: %s', async (answer) => {
    const written = await startWritten();
    written.api.fault = () => ({ isApplied: true, answer });
    const { value } = await written.run(written.writes.transferSubscriptions(transfer('A', 'B')));
    expect(codes(value)).toEqual(['ok', 'ok']);
    expect(written.api.writes).toHaveLength(2);
  });
});

describe('cancelSubscription of several', () => {
  const cancel = (...skuIds: string[]) =>
    ({ mutation: 'cancelSubscription', targets: targets(...skuIds) }) as const;

  test('ends them in one batch', async () => {
    const written = await startWritten();
    for (const skuId of ['A', 'B', 'C']) written.api.add({ skuId });
    const { value } = await written.run(written.writes.endSubscriptions(cancel('A', 'B')));
    expect(value).toEqual([null, null]);
    expect(written.api.subscriptions.map((s) => s['skuId'])).toEqual(['C']);
  });

  test('has one result per subscription', async () => {
    const written = await startWritten();
    for (const skuId of ['A', 'B']) written.api.add({ skuId });
    const faults = [{ isApplied: false, answer: 412 }];
    written.api.fault = () => faults.shift() ?? null;
    const { value } = await written.run(written.writes.endSubscriptions(cancel('A', 'B')));
    expect(codes(value)).toEqual(['FAILED_PRECONDITION', 'ok']);
  });

  test('is done when the answer is lost', async () => {
    const written = await startWritten();
    for (const skuId of ['A', 'B']) written.api.add({ skuId });
    written.api.fault = () => ({ isApplied: true, answer: 'dropped' });
    const { value } = await written.run(written.writes.endSubscriptions(cancel('A', 'B')));
    expect(value).toEqual([null, null]);
    expect(written.api.writes).toHaveLength(2);
  });

  test('sends nothing when one of them does not exist', async () => {
    const written = await startWritten();
    written.api.add({ skuId: 'A' });
    const run = written.run(written.writes.endSubscriptions(cancel('A', 'B')));
    await expect(run).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(written.api.writes).toEqual([]);
  });

  test('ends a subscription once that is named in two ways', async () => {
    const written = await startWritten();
    written.api.add({ skuId: 'A', subscriptionId: 'S1' });
    const [owner] = targets('A');
    if (!owner) throw new Error('no target');
    const both = [owner, { ...owner, subscriptionId: 'S1' }];
    const { value } = await written.run(
      written.writes.endSubscriptions({ mutation: 'cancelSubscription', targets: both }),
    );
    expect(value).toEqual([null, null]);
    expect(written.api.writes).toHaveLength(1);
  });
});

describe('transferSubscriptionToDirect without an answer is done', () => {
  test.each([
    ['when the list is forbidden', 403, { error: { errors: [{ reason: 'forbidden' }] } }],
    ['when the customer is minimal', 200, { customerId: 'C1', customerDomain: 'a.example' }],
  ])('%s', async (_, status, body) => {
    const written = await startWritten({ timeoutMs: 3_000 });
    written.api.add({ skuId: 'A' });
    written.api.fault = () => {
      written.api.readFault = (path) =>
        status === 403 || path.startsWith('/customers/') ? { status, body } : null;
      return { isApplied: false, answer: 'dropped' };
    };
    const { value } = await written.run(
      written.writes.endSubscriptions({
        ...{ mutation: 'transferSubscriptionToDirect', targets: targets('A') },
      }),
    );
    expect(value).toEqual([null]);
  });

  test('but not when the scope is missing', async () => {
    const written = await startWritten({ timeoutMs: 500 });
    written.api.add({ skuId: 'A' });
    written.api.fault = () => {
      const body = { error: { errors: [{ reason: 'insufficientPermissions' }] } };
      written.api.readFault = () => ({ status: 403, body });
      return { isApplied: false, answer: 'dropped' };
    };
    const run = written.run(
      written.writes.endSubscriptions({
        ...{ mutation: 'transferSubscriptionToDirect', targets: targets('A') },
      }),
    );
    await expect(run).rejects.toBeInstanceOf(OutcomeUnknown);
  });
});
