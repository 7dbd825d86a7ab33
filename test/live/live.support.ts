import type { FeedSource, Sequenced } from '../../src/live/feed.ts';
import { Feeds } from '../../src/live/feeds.ts';

/** A store in memory whose feeds are read one after the other when a test releases them. */
export function memoryFeed(options: Partial<FeedSource<Sequenced>> = {}) {
  const feeds = new Feeds<Sequenced>();
  const stored: Sequenced[] = [];
  /** Where each read began, in order. */
  const reads: number[] = [];
  let held: PromiseWithResolvers<void> | undefined;
  const parts = {
    feeds,
    reads,
    /** How many followers were released. */
    released: 0,
    /** Holds reads after they have looked at the store, until the returned function is called. */
    hold(): () => void {
      const now = Promise.withResolvers<void>();
      held = now;
      return () => {
        held = undefined;
        now.resolve();
      };
    },
    /** Stores entries, and wakes the feed. */
    append(...sequences: number[]): void {
      parts.appendUnnoticed(...sequences);
      feeds.wake('key');
    },
    /** Stores entries whose wake-up is lost. */
    appendUnnoticed(...sequences: number[]): void {
      stored.push(...sequences.map((sequence) => ({ sequence })));
    },
    follow(
      after: number | null = 0,
      signal = new AbortController().signal,
      isVisible?: (entry: Sequenced) => Promise<boolean>,
    ) {
      const source: FeedSource<Sequenced> = {
        ...{ name: 'name', key: 'key' },
        async read(from, limit) {
          reads.push(from);
          const found = stored.filter(({ sequence }) => sequence > from).slice(0, limit);
          await held?.promise;
          return found;
        },
        ...options,
      };
      const release = (): void => void parts.released++;
      const last = stored.at(-1)?.sequence ?? 0;
      return feeds.follow(source, { after, last, signal, isVisible, release });
    },
  };
  return parts;
}

/** Lets everything run that needs no timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The sequences that entries have yielded so far. */
export function collect(entries: AsyncIterable<Sequenced>): number[] {
  const seen: number[] = [];
  void (async () => {
    for await (const { sequence } of entries) seen.push(sequence);
  })();
  return seen;
}
