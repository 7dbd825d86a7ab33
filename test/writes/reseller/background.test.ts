import { describe, expect, onTestFinished, test } from 'vitest';
import { writeSettled } from '../../../src/domain/telemetry.ts';
import { OutcomeUnknown } from '../../../src/domain/write.ts';
import type { WriteSpec } from '../../../src/writes/write-spec.ts';
import { buy, mutations } from './mutations.support.ts';
import { startWritten, type Written } from './written.support.ts';

async function unknownWrite(
  written: Written,
  spec: WriteSpec<unknown, unknown> = written.writes.orderSubscription(buy('A')),
): Promise<string> {
  written.api.fault = () => ({ isApplied: false, answer: 'dropped' });
  const failure = await written.run(spec).catch((error: unknown) => error);
  written.api.fault = () => null;
  if (failure instanceof OutcomeUnknown) return failure.write.id;
  throw failure;
}

/** The outcomes that were counted since the call. */
function countedOutcomes(): string[] {
  const all: string[] = [];
  onTestFinished(writeSettled.subscribe(({ outcome }) => all.push(outcome)));
  return all;
}

describe('a write without an answer', () => {
  test('becomes done when its effect appears later', async () => {
    const written = await startWritten({ timeoutMs: 400 });
    const counted = countedOutcomes();
    const id = await unknownWrite(written);
    written.api.add({ skuId: 'A' });
    await written.reader.round();
    expect(await written.recordOf(id)).toMatchObject({ outcome: 'DONE', failure: null });
    expect(written.api.writes).toHaveLength(1);
    expect(counted).toEqual(['UNKNOWN', 'DONE']);
  });

  test('becomes refused when its effect has not appeared in time', async () => {
    const written = await startWritten({ timeoutMs: 400, absentAfterMs: 0 });
    const counted = countedOutcomes();
    const id = await unknownWrite(written);
    await written.untilConclusive();
    await written.reader.round();
    expect(await written.recordOf(id)).toMatchObject({
      outcome: 'REFUSED',
      failure: { code: 'UNAVAILABLE', message: 'The reseller API did not carry it out.' },
    });
    expect(counted).toEqual(['UNKNOWN', 'REFUSED']);
  });

  test('stays unknown and free while its effect may still appear', async () => {
    const written = await startWritten({ timeoutMs: 400 });
    const counted = countedOutcomes();
    const id = await unknownWrite(written);
    await written.reader.round();
    const stored = await written.store.writes.get(id);
    expect(stored).toMatchObject({ heldForMs: 0, record: { outcome: 'UNKNOWN' } });
    expect(stored?.record.failure?.code).toBe('UNAVAILABLE');
    expect(counted).toEqual(['UNKNOWN']);
  });

  test('is read again after a pause that doubles', async () => {
    let now = 0;
    const written = await startWritten({ timeoutMs: 400, now: () => now });
    await unknownWrite(written);
    const readsIn = async (): Promise<number> => {
      const before = written.api.reads.length;
      await written.reader.round();
      return written.api.reads.length - before;
    };
    expect(await readsIn()).toBe(1);
    expect(await readsIn()).toBe(0);
    now = 5_000;
    expect(await readsIn()).toBe(1);
    now = 14_999;
    expect(await readsIn()).toBe(0);
    now = 15_000;
    expect(await readsIn()).toBe(1);
  });

  test('is read again when the API could not be read', async () => {
    let now = 0;
    const written = await startWritten({ timeoutMs: 400, absentAfterMs: 0, now: () => now });
    const id = await unknownWrite(written);
    written.api.readFault = () => ({ status: 500, body: {} });
    await written.reader.round();
    expect((await written.recordOf(id)).outcome).toBe('UNKNOWN');
    written.api.readFault = () => null;
    await written.untilConclusive();
    now = 5_000;
    await written.reader.round();
    expect((await written.recordOf(id)).outcome).toBe('REFUSED');
  });

  test('of every mutation is settled', async () => {
    const settled = mutations.map(async ({ prepare, spec }) => {
      const written = await startWritten({ timeoutMs: 1_200, absentAfterMs: 0 });
      prepare(written.api);
      const id = await unknownWrite(written, spec(written.writes));
      await written.untilConclusive();
      await written.reader.round();
      return (await written.recordOf(id)).outcome;
    });
    expect(await Promise.all(settled)).toEqual(mutations.map(() => 'REFUSED'));
  });
});

test('rounds repeat until the reader is closed', async () => {
  const written = await startWritten({ timeoutMs: 400, absentAfterMs: 0 });
  const id = await unknownWrite(written);
  await written.untilConclusive();
  written.reader.start();
  await expect
    .poll(async () => (await written.recordOf(id)).outcome, { timeout: 2_000 })
    .toBe('REFUSED');
  await written.reader.close();
});

test('a write whose instance was stopped is read back after its hold', async () => {
  let now = 0;
  const written = await startWritten({ timeoutMs: 400, now: () => now });
  const spec = written.writes.orderSubscription(buy('A'));
  const { mutation, target, serialiseOn, request, input } = spec;
  const stored = await written.store.writes.record(
    {
      ...{ mutation, target, serialiseOn, request, input, linkTo: null, agent: null },
      ...{ id: 'w1', viewer: 'alice', requestHash: 'h', snapshot: [], idempotencyKey: 'k' },
      ...{ isKeyGiven: true, upstreamKey: 'u', requestId: 'r' },
    },
    { holder: 'gone', holdMs: 50 },
    () => 'record',
  );
  expect(stored).toMatchObject({ record: { outcome: 'PENDING' } });
  const counted = countedOutcomes();
  await written.reader.round();
  expect((await written.recordOf('w1')).outcome).toBe('PENDING');
  await new Promise((resolve) => setTimeout(resolve, 60));
  written.api.readFault = () => ({ status: 500, body: {} });
  await written.reader.round();
  expect((await written.recordOf('w1')).outcome).toBe('UNKNOWN');
  written.api.readFault = () => null;
  written.api.add({ skuId: 'A' });
  now = 5_000;
  await written.reader.round();
  expect(counted).toEqual(['UNKNOWN', 'DONE']);
  expect((await written.recordOf('w1')).outcome).toBe('DONE');
});
