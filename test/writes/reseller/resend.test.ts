import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../../src/domain/write.ts';
import { buy, target } from './mutations.support.ts';
import { startWritten, type Written } from './written.support.ts';

const lost = { isApplied: false, answer: 'dropped' } as const;

async function unknownOrder(written: Written, seats = 5): Promise<OutcomeUnknown> {
  written.api.fault = () => lost;
  const failure = await written
    .run(written.writes.orderSubscription(buy('A', seats)))
    .catch((error: unknown) => error);
  written.api.fault = () => null;
  if (failure instanceof OutcomeUnknown) return failure;
  throw failure;
}

describe('an order that is sent again while its outcome is unknown', () => {
  test('stays unknown and is not sent while its effect may still appear', async () => {
    const written = await startWritten({ timeoutMs: 500 });
    const first = await unknownOrder(written);
    const key = first.write.idempotencyKey;
    for (const options of [{ key }, {}]) {
      const again = written.run(written.writes.orderSubscription(buy('A')), options);
      await expect(again).rejects.toMatchObject({ write: { id: first.write.id } });
    }
    expect(written.api.writes).toHaveLength(1);
    expect((await written.recordOf(first.write.id)).outcome).toBe('UNKNOWN');
  });

  test('is a new write once its effect cannot appear any more', async () => {
    const written = await startWritten({ timeoutMs: 500, absentAfterMs: 0 });
    const first = await unknownOrder(written);
    const key = first.write.idempotencyKey;
    await written.untilConclusive();
    const again = await written.run(written.writes.orderSubscription(buy('A')), { key });
    expect(again.replayed).toBe(false);
    expect(again.write.id).not.toBe(first.write.id);
    expect(written.api.writes).toHaveLength(2);
    expect(written.api.subscriptions).toHaveLength(1);
    expect(await written.recordOf(first.write.id)).toMatchObject({
      outcome: 'REFUSED',
      failure: { message: 'The reseller API did not carry it out.' },
    });
  });

  test('returns the subscription that appeared meanwhile', async () => {
    const written = await startWritten({ timeoutMs: 500 });
    const first = await unknownOrder(written);
    written.api.add({ skuId: 'A' });
    const again = await written.run(written.writes.orderSubscription(buy('A')));
    expect(again).toMatchObject({ replayed: true, write: { id: first.write.id } });
    expect(written.api.writes).toHaveLength(1);
    expect((await written.recordOf(first.write.id)).outcome).toBe('DONE');
  });

  test('waits for another attempt that finds out first what became of it', async () => {
    const written = await startWritten({ timeoutMs: 500 });
    const first = await unknownOrder(written);
    const key = first.write.idempotencyKey;
    written.api.add({ skuId: 'A' });
    // All see the write while no attempt holds it, and only one can claim it.
    const order = () => written.run(written.writes.orderSubscription(buy('A')), { key });
    const answers = await Promise.all(Array.from({ length: 5 }, order));
    for (const answer of answers) {
      expect(answer).toMatchObject({ replayed: true, write: { id: first.write.id } });
    }
    expect(written.api.writes).toHaveLength(1);
  });

  test('stays unknown while the list cannot be read', async () => {
    const written = await startWritten({ timeoutMs: 500, absentAfterMs: 0 });
    const first = await unknownOrder(written);
    await written.untilConclusive();
    let reads = 0;
    // The snapshot can be read, and nothing after it.
    written.api.readFault = () => (reads++ === 0 ? null : { status: 500, body: {} });
    const again = written.run(written.writes.orderSubscription(buy('A')));
    await expect(again).rejects.toMatchObject({ write: { id: first.write.id } });
    expect(written.api.writes).toHaveLength(1);
  });
});

test.each([
  ['another viewer', { viewer: 'bob' }],
  ['the same viewer with a new key', { key: 'k2' }],
])('an unknown order is not settled by the subscription of the same order by %s', async (_, other) => {
  const written = await startWritten({ timeoutMs: 500 });
  const first = await unknownOrder(written);
  const second = await written.run(written.writes.orderSubscription(buy('A')), other);
  expect(second.replayed).toBe(false);
  await written.reader.round();
  expect((await written.recordOf(first.write.id)).outcome).toBe('UNKNOWN');
  expect(written.api.subscriptions).toHaveLength(1);
});

test('a write is read back once the API can be reached again', async () => {
  const written = await startWritten({ timeoutMs: 4_000 });
  written.api.fault = () => ({ isApplied: true, answer: 'dropped' });
  let reads = 0;
  written.api.readFault = () => {
    reads++;
    return reads > 2 && reads < 5 ? { status: 403, body: {} } : null;
  };
  const { value } = await written.run(written.writes.orderSubscription(buy('A')));
  expect(value.skuId).toBe('A');
  expect(written.api.writes).toHaveLength(1);
});

describe('a subscription whose id was replaced after the snapshot', () => {
  test('is changed under its new id', async () => {
    const written = await startWritten();
    const found = written.api.add({ skuId: 'A' });
    const spec = written.writes.changeSubscription({ mutation: 'suspendSubscription', target });
    const { snapshot } = spec;
    const moving = {
      ...spec,
      async snapshot(...args: Parameters<typeof snapshot>) {
        const read = await snapshot(...args);
        found['subscriptionId'] = 'S999';
        return read;
      },
    };
    const { value } = await written.run(moving);
    expect(value).toMatchObject({ subscriptionId: 'S999', status: 'SUSPENDED' });
    expect(written.api.writes).toHaveLength(2);
  });

  test('is not mistaken for a second one of the SKU', async () => {
    const written = await startWritten();
    const older = written.api.add({ skuId: 'A', creationTime: '1' });
    const owner = written.api.add({ skuId: 'A', creationTime: '2' });
    const spec = written.writes.changeSubscription({ mutation: 'suspendSubscription', target });
    const { snapshot } = spec;
    const ending = {
      ...spec,
      async snapshot(...args: Parameters<typeof snapshot>) {
        const read = await snapshot(...args);
        written.api.subscriptions = written.api.subscriptions.filter((other) => other !== owner);
        return read;
      },
    };
    await expect(written.run(ending)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(older['status']).toBe('ACTIVE');
    expect(written.api.writes).toHaveLength(1);
  });
});

test('a change of a subscription that does not exist is refused and recorded', async () => {
  const written = await startWritten();
  const spec = written.writes.changeSubscription({ mutation: 'suspendSubscription', target });
  await expect(written.run(spec)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(written.api.writes).toEqual([]);
});

test('an order is not sent when another one appeared between its snapshot and its record', async () => {
  const written = await startWritten();
  const spec = written.writes.orderSubscription(buy('A'));
  const { snapshot } = spec;
  const racing = {
    ...spec,
    async snapshot(...args: Parameters<typeof snapshot>) {
      const read = await snapshot(...args);
      written.api.add({ skuId: 'A' });
      return read;
    },
  };
  await expect(written.run(racing)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(written.api.writes).toEqual([]);
});
