import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Watchers } from '../../src/operations/watchers.ts';
import type { ChangeListener } from '../../src/store/database/database.ts';
import { log, outage } from './operations.support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Watchers with the poller of every operation here, or on another instance. */
function watchersOf(polledBy: 'this instance' | 'another instance') {
  const watched = new Set<string>();
  const announced: string[] = [];
  let receive: ChangeListener = () => {};
  const announceWatched = vi.fn(async (ids: readonly string[]) => void announced.push(...ids));
  const watchers = new Watchers({
    store: {
      announceWatched,
      onWatched(listener) {
        receive = listener;
        return () => {};
      },
    },
    pollers: {
      has: () => polledBy === 'this instance',
      setWatched: (id, isWatched) => void (isWatched ? watched.add(id) : watched.delete(id)),
    },
    log,
  });
  onTestFinished(() => watchers.close());
  return {
    watchers,
    announced,
    announceWatched,
    receive: (id: string) => receive(id),
    watched: () => [...watched],
  };
}

describe('an operation that this instance polls', () => {
  test('is watched until its last watcher was removed', () => {
    const { watchers, watched, announced } = watchersOf('this instance');
    const [first, second] = [watchers.add('op'), watchers.add('op')];
    first();
    first();
    expect(watched()).toEqual(['op']);
    second();
    expect(watched()).toEqual([]);
    expect(announced).toEqual([]);
  });

  test('is watched for as long as another instance announces it', async () => {
    const { watchers, watched, receive } = watchersOf('this instance');
    receive('op');
    watchers.add('op')();
    await vi.advanceTimersByTimeAsync(10_000);
    receive('op');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(watched()).toEqual(['op']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(watched()).toEqual([]);
  });

  test('stays watched by local watchers when the announcement expires', async () => {
    const { watchers, watched, receive } = watchersOf('this instance');
    watchers.add('op');
    receive('op');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(watched()).toEqual(['op']);
  });
});

describe('an operation that another instance polls', () => {
  test('is announced at once and then periodically while it is watched', async () => {
    const { watchers, announced } = watchersOf('another instance');
    const remove = watchers.add('op');
    watchers.add('op')();
    expect(announced).toEqual(['op']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(announced).toEqual(['op', 'op', 'op']);
    remove();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(announced).toHaveLength(3);
  });

  test('is announced again after an announcement failed', async () => {
    const { watchers, announced, announceWatched } = watchersOf('another instance');
    announceWatched.mockRejectedValueOnce(outage);
    watchers.add('op');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(announced).toEqual(['op']);
  });

  test('is not watched here when it is announced', () => {
    const { watched, receive } = watchersOf('another instance');
    receive('op');
    expect(watched()).toEqual([]);
  });
});
