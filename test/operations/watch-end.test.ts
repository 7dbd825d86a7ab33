import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { succeeded } from './support.ts';
import { rest, settle, step, watched } from './watched.ts';

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
