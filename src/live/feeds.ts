import { Broadcast, type Follower, type IsVisible, type Produce, Reader } from './broadcast.ts';
import { Feed, type FeedSource, type Sequenced } from './feed.ts';
import type { Receiver } from './places.ts';

/** How to follow a feed. */
export interface Following<T extends Sequenced> {
  /** The sequence to start after. */
  readonly seen: number;
  /** Ends the entries when it aborts. */
  readonly signal: AbortSignal;
  /** Whether the feed ends with this entry; by default, it never ends. */
  readonly isLast?: ((entry: T) => boolean) | undefined;
  /** Called once when the follower leaves, or at the end. */
  readonly release?: (() => void) | undefined;
}

/**
 * The sequence to start after: the one that a client names, if there is such a position.
 * @param last the highest sequence
 * @param otherwise where to start without one
 */
export function startAfter(after: number | null, last: number, otherwise = last): number {
  // A higher sequence comes from a store that was deleted; it marks no position in this one.
  return after !== null && after <= last ? after : otherwise;
}

/** The feeds of one kind of entries, shared by those who follow the same one. */
export class Feeds<T extends Sequenced> {
  readonly #collectMs: number;
  /** By key and name. */
  readonly #feeds = new Map<string, Map<string, SharedFeed<T>>>();
  #timer: NodeJS.Timeout | undefined;

  /** @param collectMs milliseconds for which `changed` collects changes before feeds are read */
  constructor(collectMs = 0) {
    this.#collectMs = collectMs;
  }

  /** Number of feeds that are followed. */
  get size(): number {
    return [...this.#feeds.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Every entry after a sequence, once and in order, as entries arrive. Nothing is queued: a slow
   * reader reads from the store where it stopped. Ends after the last entry, when the reader returns,
   * or when the signal aborts.
   */
  follow(source: FeedSource<T>, { seen, signal, isLast, release }: Following<T>): Entries<T> {
    const { key, name } = source;
    const named = this.#feeds.get(key) ?? new Map<string, SharedFeed<T>>();
    this.#feeds.set(key, named);
    const shared = named.get(name) ?? { feed: new Feed(source), followers: 0 };
    named.set(name, shared);
    shared.followers++;
    let isReleased = false;
    const end = (): void => {
      if (isReleased) return;
      isReleased = true;
      if (--shared.followers === 0) named.delete(name);
      if (named.size === 0) this.#feeds.delete(key);
      release?.();
    };
    const follower = { seen, isLast: isLast ?? (() => false), release: end };
    return new Entries(shared.feed, follower, signal);
  }

  /** Call this when a feed with this key may have new entries. */
  wake(key: string): void {
    for (const { feed } of this.#feeds.get(key)?.values() ?? []) feed.wake();
  }

  /** Call this when any feed may have new entries, such as after a gap. */
  wakeAll(): void {
    for (const key of this.#feeds.keys()) this.wake(key);
  }

  /** As `wakeAll`, but once for all changes of a short time. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.wakeAll();
    }, this.#collectMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

interface SharedFeed<T extends Sequenced> {
  readonly feed: Feed<T>;
  followers: number;
}

/** The entries of a feed for one follower: iterate over them or use `reader`, not both. */
export class Entries<T extends Sequenced> implements AsyncIterableIterator<T, undefined> {
  readonly feed: Feed<T>;
  readonly #follower: Follower<T>;
  readonly #signal: AbortSignal;
  #isVisible: IsVisible<T> | undefined;
  #own: Reader<T, T> | undefined;
  #turn: Promise<IteratorResult<T, undefined>> | undefined;

  constructor(feed: Feed<T>, follower: Follower<T>, signal: AbortSignal) {
    this.feed = feed;
    this.#follower = follower;
    this.#signal = signal;
    signal.addEventListener('abort', this, { once: true });
    if (signal.aborted) this.handleEvent();
  }

  /**
   * Skips entries that are no longer visible when they are delivered. The feed selects entries when it
   * reads, in batches, and a link can change before a slow client has received a batch.
   */
  onlyVisible(isVisible: IsVisible<T>): this {
    this.#isVisible = isVisible;
    return this;
  }

  /** A broadcast of these entries, for this follower and others that see the same. */
  broadcast<R>(produce: Produce<T, R>): Broadcast<T, R> {
    return new Broadcast(this.feed, produce, this.#isVisible);
  }

  /**
   * Reads the results of a broadcast. From now on, the signal does not end the entries.
   * @param ended called once when the reader ends, for any reason
   */
  reader<R>(broadcast: Broadcast<T, R>, ended: () => void): Reader<T, R> {
    this.#signal.removeEventListener('abort', this);
    const reader = new Reader(broadcast, this.#follower, ended);
    if (this.#signal.aborted) reader.end();
    return reader;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = (): Promise<IteratorResult<T, undefined>> => nextOf(this.#reading());
    // Concurrent calls are answered in order.
    this.#turn = this.#turn ? this.#turn.then(next, next) : next();
    return this.#turn;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#reading().end();
    return DONE;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  handleEvent(): void {
    this.#reading().end();
  }

  #reading(): Reader<T, T> {
    this.#own ??= new Reader(this.broadcast<T>(pass), this.#follower, () =>
      this.#signal.removeEventListener('abort', this),
    );
    return this.#own;
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The next value of a source, as iterators return it. */
export function nextOf<V>(source: {
  pull(receiver: Receiver<V>): void;
}): Promise<IteratorResult<V, undefined>> {
  return new Promise((resolve, reject) => {
    source.pull({
      next: (value) => resolve({ done: false, value }),
      end: (error) => (error === undefined ? resolve(DONE) : reject(error)),
    });
  });
}

function pass<T>(entry: T, done: (result: T) => void): () => void {
  done(entry);
  return () => {};
}
