import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Sequenced } from '../../src/live/feed.ts';
import { collect, memoryFeed, settle } from './live.support.ts';

describe('a feed', () => {
  test('is read once for all followers at one position', async () => {
    const feed = memoryFeed();
    const seen = Array.from({ length: 100 }, () => collect(feed.follow()));
    await settle();
    feed.append(1, 2, 3);
    await settle();
    expect(seen).toEqual(Array(100).fill([1, 2, 3]));
    // When they began, and after the change.
    expect(feed.reads).toEqual([0, 0]);
  });

  test('is not read for followers at its end', async () => {
    const feed = memoryFeed();
    feed.append(1);
    collect(feed.follow());
    await settle();
    expect(feed.reads).toEqual([0]);
    const seen = [collect(feed.follow(1)), collect(feed.follow(null))];
    await settle();
    expect(feed.reads).toEqual([0]);
    feed.append(2, 6);
    await settle();
    expect(seen).toEqual([
      [2, 6],
      [2, 6],
    ]);
  });

  test('is read again when an entry arrives during a read', async () => {
    const feed = memoryFeed();
    const release = feed.hold();
    const seen = collect(feed.follow());
    feed.append(1);
    release();
    await settle();
    expect(seen).toEqual([1]);
  });

  test('sends an entry that arrives while earlier ones are read', async () => {
    const feed = memoryFeed();
    feed.append(1);
    const release = feed.hold();
    const seen = collect(feed.follow());
    feed.append(2);
    release();
    await settle();
    expect(seen).toEqual([1, 2]);
  });

  test('is read in batches', async () => {
    const feed = memoryFeed({ batchSize: 2 });
    feed.append(1, 2, 3, 4, 5);
    const seen = collect(feed.follow());
    await settle();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(feed.reads).toEqual([0, 2, 4]);
  });

  test('is read on after a batch that was cut short', async () => {
    const feed = memoryFeed({ isFull: (entries: readonly Sequenced[]) => entries.length === 3 });
    feed.append(1, 2, 3);
    collect(feed.follow());
    await settle();
    expect(feed.reads).toEqual([0, 3]);
  });

  test('fails all its readers, and is read again for later ones', async () => {
    const read = vi.fn().mockRejectedValueOnce(new Error('disk')).mockResolvedValue([]);
    const feed = memoryFeed({ read });
    const reading = [feed.follow().next(), feed.follow().next()];
    for (const next of reading) await expect(next).rejects.toThrow('disk');
    expect(feed.released).toBe(2);
    void feed.follow().next();
    await settle();
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('is forgotten when its last follower has left', async () => {
    const feed = memoryFeed();
    const [first, second] = [feed.follow(), feed.follow()];
    expect(feed.feeds.size).toBe(1);
    await first.return();
    expect(feed.feeds.size).toBe(1);
    await second.return();
    expect(feed.feeds.size).toBe(0);
    feed.append(1);
    expect(feed.reads).toEqual([]);
  });

  test('reads nothing for a follower that has left during a read', async () => {
    const feed = memoryFeed();
    const release = feed.hold();
    const entries = feed.follow();
    const waiting = entries.next();
    await entries.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    feed.append(1);
    release();
    await settle();
    expect(feed.reads).toEqual([0]);
  });
});

describe('a filter that few entries match', () => {
  /** Entries of which only multiples of 10 match. */
  function filtered() {
    const entries: number[] = [];
    const starts: number[] = [];
    const feed = memoryFeed({
      async read(after, limit) {
        starts.push(after);
        const matching = entries.filter((sequence) => sequence > after && sequence % 10 === 0);
        return matching.slice(0, limit).map((sequence) => ({ sequence }));
      },
      lastSequence: async () => entries.at(-1) ?? 0,
    });
    const append = async (...sequences: number[]): Promise<void> => {
      entries.push(...sequences);
      feed.appendUnnoticed(...sequences);
      feed.feeds.wakeAll();
      await settle();
    };
    return { ...feed, starts, append };
  }

  test('does not look at the same entries again', async () => {
    const feed = filtered();
    const seen = collect(feed.follow());
    await settle();
    await feed.append(1, 2, 3);
    await feed.append(4);
    await feed.append(5, 10);
    expect(seen).toEqual([10]);
    expect(feed.starts).toEqual([0, 0, 3, 4]);
  });

  test('skips nothing for a follower at an earlier position', async () => {
    const feed = filtered();
    await feed.append(10, 15);
    const late = collect(feed.follow(12));
    await settle();
    await feed.append(16);
    const early = collect(feed.follow(0));
    await settle();
    await feed.append(20);
    expect([early, late]).toEqual([[10, 20], [20]]);
  });
});

test('what was found is shared for a quarter of a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = memoryFeed();
  feed.append(1);
  const seen = [collect(feed.follow())];
  await settle();
  vi.advanceTimersByTime(249);
  seen.push(collect(feed.follow()));
  await settle();
  expect(feed.reads).toEqual([0]);
  vi.advanceTimersByTime(1);
  seen.push(collect(feed.follow()));
  await settle();
  expect(feed.reads).toEqual([0, 0]);
  expect(seen).toEqual([[1], [1], [1]]);
});

test('changes are collected before feeds are read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = memoryFeed();
  collect(feed.follow());
  await settle();
  for (let n = 0; n < 10; n++) feed.feeds.changed();
  await settle();
  expect(feed.reads).toEqual([0]);
  vi.runAllTimers();
  await settle();
  expect(feed.reads).toEqual([0, 0]);
});

describe('entries', () => {
  test('end when the signal aborts, and leave no listener', async () => {
    const feed = memoryFeed();
    const leaving = new AbortController();
    const entries = feed.follow(0, leaving.signal);
    const waiting = entries.next();
    leaving.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect([feed.released, feed.feeds.size]).toEqual([1, 0]);
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(0);
  });

  test('answer concurrent calls in order', async () => {
    const feed = memoryFeed();
    const entries = feed.follow();
    const calls = [entries.next(), entries.next(), entries.next()];
    feed.append(1, 2, 3);
    const values = (await Promise.all(calls)).map(({ value }) => value?.sequence);
    expect(values).toEqual([1, 2, 3]);
  });

  test('arrive once and in order, whenever they are stored, read and reported', async () => {
    const actions = fc.array(fc.constantFrom('append', 'read', 'settle', 'join'), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(actions, fc.integer({ min: 1, max: 3 }), async (steps, batchSize) => {
        const feed = memoryFeed({ batchSize });
        const followers = [feed.follow()];
        const received: number[][] = [[]];
        const read = async (n: number): Promise<void> => {
          const { value } = (await followers[n]?.next()) ?? {};
          if (value) received[n]?.push(value.sequence);
        };
        let last = 0;
        for (const step of steps) {
          if (step === 'append') feed.append(++last);
          if (step === 'settle') await settle();
          if (step === 'read') for (const n of followers.keys()) void read(n);
          if (step === 'join') received.splice(followers.push(feed.follow()) - 1, 0, []);
        }
        await settle();
        for (const sequences of received) {
          expect(sequences).toEqual(sequences.map((_, n) => n + 1));
        }
        const rest = followers.map((entries) => collect(entries));
        await settle();
        rest.forEach((sequences, n) => {
          const all = [...(received[n] ?? []), ...sequences];
          expect(all).toEqual(Array.from({ length: last }, (_, index) => index + 1));
        });
      }),
    );
  });
});

test.each<[after: number | null, expected: number[]]>([
  [null, [8]],
  [3, [5, 7, 8]],
  [7, [8]],
  [9, [8]],
])('a client that names %s starts after the newest entry, or where it was', async (after, expected) => {
  const feed = memoryFeed();
  feed.append(2, 5, 7);
  const seen = collect(feed.follow(after));
  feed.append(8);
  await settle();
  expect(seen).toEqual(expected);
});

test('a follower that knows of a newer entry wakes the others when their wake-up was lost', async () => {
  const feed = memoryFeed();
  const early = collect(feed.follow());
  await settle();
  feed.appendUnnoticed(1, 2);
  await settle();
  expect(early).toEqual([]);
  const late = collect(feed.follow());
  await settle();
  expect([early, late]).toEqual([
    [1, 2],
    [1, 2],
  ]);
  collect(feed.follow(2));
  await settle();
  expect(feed.reads).toEqual([0, 0]);
});
