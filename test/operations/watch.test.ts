import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import { watch } from '../../src/operations/watch.ts';
import { memoryJournal } from '../../src/store/journal.ts';
import { operation, polling, silentBilling, succeeded } from './support.ts';

/** The nth state of a running operation. */
function step(n: number): Operation {
  return operation({ description: `step ${n}` });
}

/** An operation that is in the journal, and changes by `record` alone. */
async function watched(first: Operation = step(0), journal = memoryJournal()) {
  const parts = polling(silentBilling(), { journal });
  const current = await parts.record(first);
  return {
    ...parts,
    current,
    watch: (after: number | null = null, signal = new AbortController().signal) =>
      watch(parts, current, after, signal),
    /** Nothing is left of any watcher. */
    expectNothingLeft() {
      expect(parts.pollers.size).toBe(0);
      expect(parts.wakeUps.size).toBe(0);
    },
  };
}

async function rest(states: AsyncIterable<OperationEntry>): Promise<(string | null)[]> {
  const seen = [];
  for await (const { operation: state } of states)
    seen.push(state.done ? 'done' : state.description);
  return seen;
}

/** Lets everything run that is not waiting for something to happen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

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

describe.each<[string, 'return' | 'abort']>([
  ['a reader who returns', 'return'],
  ['a signal that aborts', 'abort'],
])('%s', (_, how) => {
  async function stoppable() {
    const parts = await watched();
    const controller = new AbortController();
    const states = parts.watch(null, controller.signal);
    const stop = async (): Promise<void> => {
      if (how === 'abort') controller.abort(new Error('gone'));
      else expect(await states.return?.()).toEqual({ done: true, value: undefined });
    };
    const expectEnd = async (): Promise<void> => {
      await settle();
      parts.expectNothingLeft();
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      expect(await states.next()).toEqual({ done: true, value: undefined });
    };
    return { ...parts, states, stop, expectEnd };
  }

  test('ends a wait at once and lets go of the poller', async () => {
    const { states, stop, expectEnd, pollers } = await stoppable();
    await states.next();
    const waiting = states.next();
    await settle();
    const stopped = stop();
    expect(pollers.size).toBe(0);
    await stopped;
    expect(await waiting).toEqual({ done: true, value: undefined });
    await expectEnd();
  });

  test('between two states leaves nothing behind', async () => {
    const { states, stop, expectEnd, record } = await stoppable();
    await states.next();
    await stop();
    await expectEnd();
    await record(step(1));
    await expectEnd();
  });

  test('before the first state leaves nothing behind', async () => {
    const { stop, expectEnd } = await stoppable();
    await stop();
    await expectEnd();
  });

  test('twice, or after the end, changes nothing', async () => {
    const { states, stop, expectEnd, record, current, pollers } = await stoppable();
    const other = pollers.hold(current);
    await stop();
    await stop();
    expect(pollers.size).toBe(1);
    other();
    await record(succeeded());
    await expectEnd();
    await states.return?.();
  });

  test('leaves the other readers alone', async () => {
    const { stop, watch, record, pollers } = await stoppable();
    const seen = rest(watch());
    await settle();
    await stop();
    expect(pollers.size).toBe(1);
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'done']);
  });
});

test('a request that has gone polls nothing and gives nothing', async () => {
  const { watch, expectNothingLeft } = await watched();
  const states = watch(null, AbortSignal.abort());
  expectNothingLeft();
  expect(await rest(states)).toEqual([]);
  expectNothingLeft();
});

test('a journal that fails ends the watching with its error', async () => {
  const { watch, journal, expectNothingLeft } = await watched();
  const states = watch();
  vi.spyOn(journal, 'after').mockRejectedValueOnce(new Error('disk'));
  await expect(states.next()).rejects.toThrow('disk');
  expectNothingLeft();
  expect(await states.next()).toEqual({ done: true, value: undefined });
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
