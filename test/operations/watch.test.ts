import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OperationEntry } from '../../src/domain/operation.ts';
import { watch } from '../../src/operations/watch.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import { operation, succeeded } from './support.ts';
import { rest, settle, step, watched } from './watched.ts';

describe('watching', () => {
  test('gives the present state, then every change once and in order, and ends', async () => {
    const { watch, record, pollers, expectNothingLeft } = await watched();
    const seen = rest(watch());
    expect(pollers.size).toBe(1);
    for (let n = 1; n < 5; n++) {
      await record(step(n));
      await record(step(n));
      if (n % 2 === 0) await settle();
    }
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'step 1', 'step 2', 'step 3', 'step 4', 'done']);
    expectNothingLeft();
  });

  test('a finished operation gives its last state and polls nothing', async () => {
    const { watch, pollers, expectNothingLeft } = await watched(succeeded());
    const states = watch();
    expect(pollers.size).toBe(0);
    expect(await rest(states)).toEqual(['done']);
    expectNothingLeft();
  });

  test('leaves out what was before the present state', async () => {
    const { record, ...parts } = await watched();
    await record(step(1));
    const current = await record(step(2));
    const states = watch(parts, current, null, new AbortController().signal);
    await record(succeeded());
    expect(await rest(states)).toEqual(['step 2', 'done']);
  });

  test('misses no change that falls between asking and watching', async () => {
    const { watch, record } = await watched();
    await record(step(1));
    const states = watch();
    await record(succeeded());
    expect(await rest(states)).toEqual(['step 0', 'step 1', 'done']);
  });

  test('by many gives each of them everything, at the cost of one poller', async () => {
    const { watch, record, pollers, expectNothingLeft } = await watched();
    const seen = Array.from({ length: 200 }, () => rest(watch()));
    expect(pollers.size).toBe(1);
    await settle();
    await record(step(1));
    await record(succeeded());
    for (const states of await Promise.all(seen))
      expect(states).toEqual(['step 0', 'step 1', 'done']);
    expectNothingLeft();
  });

  test('gives no state of another operation', async () => {
    const { watch, record } = await watched();
    const seen = rest(watch());
    await record(operation({ operationId: 'other', description: 'other' }));
    await settle();
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'done']);
  });

  test('shows changes in order whatever the reader and the operation do', async () => {
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
      { numRuns: 200 },
    );
  });
});

describe('watching after a state', () => {
  test('leaves out that state and what was before it', async () => {
    const { record, current: first, ...parts } = await watched();
    const second = await record(step(1));
    await record(step(2));
    const last = await record(succeeded());
    const behind = ({ sequence }: OperationEntry) =>
      rest(watch(parts, last, sequence, new AbortController().signal));
    expect(await behind(first)).toEqual(['step 1', 'step 2', 'done']);
    expect(await behind(second)).toEqual(['step 2', 'done']);
    expect(await behind(last)).toEqual([]);
  });

  test('the last of a finished operation ends without a state', async () => {
    const { watch, current, expectNothingLeft } = await watched(succeeded());
    expect(await rest(watch(current.sequence))).toEqual([]);
    expectNothingLeft();
  });

  test('the present one of a running operation waits for the next', async () => {
    const { watch, record, current } = await watched();
    const states = watch(current.sequence);
    const next = states.next();
    await settle();
    await record(succeeded());
    expect(await next).toMatchObject({ value: { operation: { done: true } } });
    expect(await rest(states)).toEqual([]);
  });

  test('that is older than the journal gives what the journal has', async () => {
    const journal = memoryJournal({ operations: 10, entries: 2 });
    const { watch, record } = await watched(step(0), journal);
    for (const state of [step(1), step(2), succeeded()]) await record(state);
    expect(await rest(watch(0))).toEqual(['step 2', 'done']);
  });

  // The journal lives as long as the process; a client's cursor may be from the one before.
  test.each([
    ['running', step(0), ['step 0', 'done']],
    ['finished', succeeded(), ['done']],
  ])('that this journal never gave starts with the present one: %s', async (_, first, expected) => {
    const { watch, record, current } = await watched(first);
    const seen = rest(watch(current.sequence + 1_000));
    await settle();
    await record(succeeded());
    expect(await seen).toEqual(expected);
  });
});

describe('a slow reader', () => {
  test('misses nothing that the journal still has', async () => {
    const { watch, record } = await watched();
    const states = watch();
    await states.next();
    for (let n = 1; n <= 98; n++) await record(step(n));
    await record(succeeded());
    const seen = await rest(states);
    expect(seen).toEqual([...Array.from({ length: 98 }, (_, n) => `step ${n + 1}`), 'done']);
  });

  test('gets the newest of 5,000 changes, and costs no memory meanwhile', async () => {
    const { watch, record, journal, wakeUps, expectNothingLeft } = await watched();
    const states = watch();
    await states.next();
    for (let n = 1; n <= 5_000; n++) {
      await record(step(n));
      if (n % 500 === 0) await settle();
    }
    expect(wakeUps.size).toBe(0);
    expect(await journal.after('op', 0)).toHaveLength(100);
    await record(succeeded());
    const seen = await rest(states);
    expect(seen).toHaveLength(100);
    expect(seen.at(0)).toBe('step 4902');
    expect(seen.slice(-2)).toEqual(['step 5000', 'done']);
    expectNothingLeft();
  });
});
