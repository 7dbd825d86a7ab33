import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Broadcast, Reader } from '../../src/live/broadcast.ts';
import type { Sequenced } from '../../src/live/feed.ts';
import { memoryFeed, settle } from './live.support.ts';

type Results = Broadcast<Sequenced, string>;

/** A reader that pulls again whenever a test lets it. */
function readerOf(broadcast: Results, seen = 0) {
  const parts = { received: [] as string[], ended: 0, error: undefined as unknown, pull };
  const reader = new Reader(
    broadcast,
    { seen, isLast: ({ sequence }) => sequence === 99, release: () => {} },
    { ended: () => void parts.ended++ },
  );
  function pull(): void {
    reader.pull({
      receive: (result) => void parts.received.push(result),
      end: (error) => {
        parts.error = error;
      },
    });
  }
  return Object.assign(parts, { reader });
}

/** A broadcast that counts what it produces. */
function counted(isVisible?: (entry: Sequenced) => Promise<boolean>) {
  const feed = memoryFeed();
  const produced: number[] = [];
  const { signal } = new AbortController();
  const entries = feed.follow(0, signal, isVisible);
  const broadcast: Results = entries.broadcast(({ sequence }, done) => {
    produced.push(sequence);
    done(`result ${sequence}`);
    return () => {};
  });
  return { ...feed, broadcast, produced };
}

test('an entry is produced once for all readers that wait for it', async () => {
  const { broadcast, produced, append } = counted();
  const readers = Array.from({ length: 50 }, () => readerOf(broadcast));
  for (const { pull } of readers) pull();
  append(1);
  await settle();
  expect(readers.map(({ received }) => received)).toEqual(Array(50).fill([['result 1']].flat()));
  expect(produced).toEqual([1]);
});

test('a slow reader continues at its own position, and shares again when it has caught up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { broadcast, produced, append, reads } = counted();
  const [quick, slow] = [readerOf(broadcast), readerOf(broadcast)];
  slow.pull();
  for (const sequence of [1, 2, 3]) {
    quick.pull();
    append(sequence);
    await settle();
    vi.advanceTimersByTime(1_000);
  }
  expect(quick.received).toEqual(['result 1', 'result 2', 'result 3']);
  expect(slow.received).toEqual(['result 1']);
  // One read for both entries that it has missed.
  const before = reads.length;
  for (let n = 0; n < 2; n++) {
    slow.pull();
    await settle();
  }
  expect(reads.length - before).toBe(1);
  expect(produced).toEqual([1, 2, 3, 2, 3]);
  for (const { pull } of [quick, slow]) pull();
  append(4);
  await settle();
  expect(produced).toEqual([1, 2, 3, 2, 3, 4]);
  expect(slow.received).toEqual(quick.received);
});

test('a result is shared with a reader that comes a little later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { broadcast, produced, append } = counted();
  const come = async () => {
    const reader = readerOf(broadcast);
    reader.pull();
    await settle();
    return reader.received;
  };
  append(1);
  await come();
  vi.advanceTimersByTime(249);
  expect(await come()).toEqual(['result 1']);
  expect(produced).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(await come()).toEqual(['result 1']);
  expect(produced).toEqual([1, 1]);
});

describe('an entry that is no longer visible', () => {
  test('is skipped when it is delivered', async () => {
    const visible = new Set([1, 2, 3, 4]);
    const { broadcast, append } = counted(async ({ sequence }) => visible.has(sequence));
    const reader = readerOf(broadcast);
    append(1, 2, 3, 4);
    reader.pull();
    await settle();
    visible.delete(2);
    visible.delete(3);
    reader.pull();
    await settle();
    expect(reader.received).toEqual(['result 1', 'result 4']);
  });

  test('is not shared with a reader that comes a little later', async () => {
    let isVisible = true;
    const { broadcast, append } = counted(async () => isVisible);
    append(1);
    const [early, late] = [readerOf(broadcast), readerOf(broadcast)];
    early.pull();
    await settle();
    isVisible = false;
    late.pull();
    await settle();
    expect([early.received, late.received]).toEqual([['result 1'], []]);
  });

  test('ends a stream of which it is the last', async () => {
    const { broadcast, append } = counted(async () => false);
    const reader = readerOf(broadcast);
    reader.pull();
    append(99);
    await settle();
    expect([reader.received, reader.ended]).toEqual([[], 1]);
  });

  test('fails the readers when the check fails', async () => {
    const { broadcast, append } = counted(async () => {
      throw new Error('disk');
    });
    const reader = readerOf(broadcast);
    reader.pull();
    append(1);
    await settle();
    expect(reader.error).toEqual(new Error('disk'));
    expect(reader.ended).toBe(1);
  });
});

describe('a result that takes time', () => {
  function slow() {
    const feed = memoryFeed();
    const done: ((result: string) => void)[] = [];
    const cancel = vi.fn();
    const broadcast: Results = feed.follow().broadcast((_entry, finish) => {
      done.push(finish);
      return cancel;
    });
    return { ...feed, broadcast, done, cancel };
  }

  test('is produced until its last reader leaves', async () => {
    const { broadcast, append, done, cancel } = slow();
    const [first, second] = [readerOf(broadcast), readerOf(broadcast)];
    append(1);
    for (const { pull } of [first, second]) pull();
    await settle();
    expect(done).toHaveLength(1);
    first.reader.end();
    expect(cancel).not.toHaveBeenCalled();
    second.reader.end();
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('that was cancelled is shared with no other reader', async () => {
    const { broadcast, append, done } = slow();
    const [first, second] = [readerOf(broadcast), readerOf(broadcast)];
    append(1);
    first.pull();
    await settle();
    first.reader.end();
    second.pull();
    await settle();
    expect(done).toHaveLength(2);
    done[1]?.('result');
    expect(second.received).toEqual(['result']);
  });
});

test('a stream ends after its last entry', async () => {
  const { broadcast, append } = counted();
  const reader = readerOf(broadcast);
  append(99, 100);
  reader.pull();
  await settle();
  expect([reader.received, reader.ended]).toEqual([['result 99'], 1]);
  reader.pull();
  expect(reader.received).toEqual(['result 99']);
});

test('a result that cannot be produced fails its readers', async () => {
  const feed = memoryFeed();
  const broadcast: Results = feed.follow().broadcast(() => {
    throw new Error('no');
  });
  const reader = readerOf(broadcast);
  feed.append(1);
  reader.pull();
  await settle();
  expect(reader.error).toEqual(new Error('no'));
});
