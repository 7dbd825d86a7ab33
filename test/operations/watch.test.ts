import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { OperationEntry } from '../../src/domain/operation.ts';
import { operation, settle, step, succeeded } from './operations.support.ts';
import { rest, watched } from './watched.support.ts';

describe('following an operation', () => {
  test('sends every change once and in order, and completes', async () => {
    const { watch, record, expectNothingLeft } = await watched();
    const seen = rest(watch());
    for (let n = 1; n < 5; n++) {
      await record(step(n));
      await record(step(n));
      if (n % 2 === 0) await settle();
    }
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'step 1', 'step 2', 'step 3', 'step 4', 'done']);
    expectNothingLeft();
  });

  test('that is final sends its last state', async () => {
    const { watch, expectNothingLeft } = await watched(succeeded());
    expect(await rest(watch())).toEqual(['done']);
    expectNothingLeft();
  });

  test('from a cursor sends only later states', async () => {
    const { watch, record } = await watched();
    const { sequence } = await record(step(1));
    await record(step(2));
    const seen = rest(watch(undefined, sequence));
    await record(succeeded());
    expect(await seen).toEqual(['step 2', 'done']);
  });

  test('misses no change between subscribing and reading', async () => {
    const { watch, record } = await watched();
    await record(step(1));
    const states = watch();
    await record(succeeded());
    expect(await rest(states)).toEqual(['step 0', 'step 1', 'done']);
  });

  test('misses no change during a read of the journal', async () => {
    const { watch, record, journal } = await watched();
    const { after } = journal;
    let isChanged = false;
    journal.after = async (id, sequence, limit) => {
      const entries = await after(id, sequence, limit);
      if (!isChanged) {
        isChanged = true;
        await record(succeeded());
      }
      return entries;
    };
    expect(await rest(watch())).toEqual(['step 0', 'done']);
  });

  test('reads the journal in several batches', async () => {
    const { watch, record } = await watched();
    const steps = Array.from({ length: 250 }, (_, n) => step(n + 1));
    const states = watch();
    for (const state of steps) await record(state);
    await record(succeeded());
    const seen = await rest(states);
    expect(seen).toHaveLength(252);
    expect(seen.slice(-2)).toEqual(['step 250', 'done']);
  });

  test('sends every state to each of many readers', async () => {
    const { watch, record, expectNothingLeft } = await watched();
    const seen = Array.from({ length: 200 }, () => rest(watch()));
    await settle();
    await record(step(1));
    await record(succeeded());
    for (const states of await Promise.all(seen))
      expect(states).toEqual(['step 0', 'step 1', 'done']);
    expectNothingLeft();
  });

  test('sends no state of another operation', async () => {
    const { watch, record } = await watched();
    const seen = rest(watch());
    await record(operation({ operationId: 'other', description: 'other' }));
    await settle();
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'done']);
  });

  test('sends changes in order for any timing of reads and changes', async () => {
    const turns = fc.array(fc.constantFrom('change', 'read', 'settle'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(turns, async (actions) => {
        const { watch, record, expectNothingLeft } = await watched();
        const states = watch();
        const reads: Promise<IteratorResult<OperationEntry>>[] = [];
        const expected = ['step 0'];
        for (const action of actions) {
          if (action === 'settle') await settle();
          if (action === 'read') reads.push(states.next());
          if (action !== 'change') continue;
          expected.push(`step ${expected.length}`);
          await record(step(expected.length - 1));
        }
        await record(succeeded());
        const early = await Promise.all(reads);
        const seen = early.flatMap(({ done, value }) => (done ? [] : [value]));
        const late = await rest(states);
        const names = seen.map(({ operation: state }) => (state.done ? 'done' : state.description));
        expect([...names, ...late]).toEqual([...expected, 'done']);
        expectNothingLeft();
      }),
      { numRuns: 100 },
    );
  });
});

test('a slow reader misses nothing, and nothing is queued for it', async () => {
  const { watch, record, journal, expectNothingLeft } = await watched();
  const states = watch();
  await states.next();
  const reads = vi.spyOn(journal, 'after');
  // More than one read of the journal returns.
  for (let n = 1; n <= 1_200; n++) await record(step(n));
  await settle();
  expect(reads).not.toHaveBeenCalled();
  await record(succeeded());
  const seen = await rest(states);
  expect(seen).toEqual([...Array.from({ length: 1_200 }, (_, n) => `step ${n + 1}`), 'done']);
  expectNothingLeft();
});
