import {
  Broadcast,
  type Ending,
  type Follower,
  type IsVisible,
  type Produce,
  Reader,
} from './broadcast.ts';
import { Feed, type FeedSource, type Sequenced } from './feed.ts';

/** Ends what follows a feed when it aborts. An AbortSignal is one. */
interface EndSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: Listener, options: { once: true }): void;
  removeEventListener(type: 'abort', listener: Listener): void;
}

interface Listener {
  handleEvent(): void;
}

/** How to follow a feed. */
export interface Following<T extends Sequenced> {
  /** The sequence after which a client continues; null when it names none. */
  readonly after: number | null;
  /** The highest sequence that exists. */
  readonly last: number;
  /** Where a client starts that names no sequence; by default, after the highest one. */
  readonly start?: number | undefined;
  /** Ends the entries when it aborts. */
  readonly signal: EndSignal;
  /** Whether the feed ends with this entry; by default, it never ends. */
  readonly isLast?: ((entry: T) => boolean) | undefined;
  /** Called once when the follower leaves, or at the end. */
  readonly release?: (() => void) | undefined;
  /**
   * Whether an entry is still visible when it is delivered; by default, all are. The feed selects
   * entries when it reads, in batches, and a link can change before a slow client has received a batch.
   */
  readonly isVisible?: IsVisible<T> | undefined;
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
  follow(source: FeedSource<T>, following: Following<T>): Entries<T> {
    const { after, last, start = last, isLast, release } = following;
    const { key, name } = source;
    const named = this.#feeds.get(key) ?? new Map<string, SharedFeed<T>>();
    this.#feeds.set(key, named);
    const shared = named.get(name) ?? { feed: new Feed(source), followers: 0 };
    named.set(name, shared);
    shared.followers++;
    shared.feed.expect(last);
    // A higher sequence comes from a store that was deleted; it marks no position in this one.
    const seen = after !== null && after <= last ? after : start;
    let isReleased = false;
    const end = (): void => {
      if (isReleased) return;
      isReleased = true;
      if (--shared.followers === 0) named.delete(name);
      if (named.size === 0) this.#feeds.delete(key);
      release?.();
    };
    const follower = { seen, isLast: isLast ?? (() => false), release: end };
    return new Entries(shared.feed, follower, following);
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

/**
 * The entries of a feed for one follower. To read what a broadcast makes of them, use `reader` instead
 * of the entries themselves.
 */
export class Entries<T extends Sequenced> extends Reader<T, T> {
  readonly feed: Feed<T>;
  readonly #follower: Follower<T>;
  readonly #following: Following<T>;

  constructor(feed: Feed<T>, follower: Follower<T>, following: Following<T>) {
    super(new Broadcast<T, T>(feed, pass, following.isVisible), follower);
    this.feed = feed;
    this.#follower = follower;
    this.#following = following;
    following.signal.addEventListener('abort', this, { once: true });
    if (following.signal.aborted) this.end();
  }

  handleEvent(): void {
    this.end();
  }

  override end(error?: unknown): void {
    this.#following.signal.removeEventListener('abort', this);
    super.end(error);
  }

  /** A broadcast of these entries, for this follower and others that see the same. */
  broadcast<R>(produce: Produce<T, R>): Broadcast<T, R> {
    return new Broadcast(this.feed, produce, this.#following.isVisible);
  }

  /** Reads the results of a broadcast. From now on, the signal does not end the entries. */
  reader<R>(broadcast: Broadcast<T, R>, ending: Ending<R>): Reader<T, R> {
    const { signal } = this.#following;
    signal.removeEventListener('abort', this);
    const reader = new Reader(broadcast, this.#follower, ending);
    if (signal.aborted) reader.end();
    return reader;
  }
}

function pass<T>(entry: T, done: (result: T) => void): () => void {
  done(entry);
  return () => {};
}
