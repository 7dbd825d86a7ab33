import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { settle, step, succeeded } from './operations.support.ts';
import { rest, watched } from './watched.support.ts';

describe.each<[string, 'return' | 'abort']>([
  ['a reader that returns', 'return'],
  ['a signal that aborts', 'abort'],
])('%s', (_, how) => {
  async function stoppable() {
    const parts = await watched();
    const controller = new AbortController();
    const states = parts.watch(controller.signal);
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
    return { ...parts, states, stop, expectEnd, held: () => parts.held };
  }

  test('ends a wait at once and releases the feed', async () => {
    const parts = await stoppable();
    const { states, stop, expectEnd } = parts;
    await states.next();
    const waiting = states.next();
    await settle();
    const stopped = stop();
    expect(parts.held()).toBe(0);
    await stopped;
    expect(await waiting).toEqual({ done: true, value: undefined });
    await expectEnd();
  });

  test('releases everything between two states', async () => {
    const { states, stop, expectEnd, record } = await stoppable();
    await states.next();
    await stop();
    await expectEnd();
    await record(step(1));
    await expectEnd();
  });

  test('releases everything before the first state', async () => {
    const { stop, expectEnd } = await stoppable();
    await stop();
    await expectEnd();
  });

  test('twice, or after the end, changes nothing', async () => {
    const { states, stop, expectEnd, record, held, watch } = await stoppable();
    const other = watch();
    await stop();
    await stop();
    expect(held()).toBe(1);
    await record(succeeded());
    expect(await rest(other)).toEqual(['step 0', 'done']);
    await expectEnd();
    await states.return?.();
    expect(held()).toBe(0);
  });

  test('does not affect other readers', async () => {
    const { stop, watch, record, held } = await stoppable();
    const seen = rest(watch());
    await settle();
    await stop();
    expect(held()).toBe(1);
    await record(succeeded());
    expect(await seen).toEqual(['step 0', 'done']);
  });
});

test('an aborted request reads and sends nothing', async () => {
  const { watch, journal, expectNothingLeft } = await watched();
  const after = vi.spyOn(journal, 'after');
  const states = watch(AbortSignal.abort());
  expectNothingLeft();
  expect(await rest(states)).toEqual([]);
  expect(after).not.toHaveBeenCalled();
  expectNothingLeft();
});

test('a failing read of the journal ends the stream with its error', async () => {
  const { watch, journal, expectNothingLeft } = await watched();
  const states = watch();
  vi.spyOn(journal, 'after').mockRejectedValueOnce(new Error('disk'));
  await expect(states.next()).rejects.toThrow('disk');
  expectNothingLeft();
  expect(await states.next()).toEqual({ done: true, value: undefined });
});
