import type { Pullable, Receiver } from './pull.ts';
import type { Sleeper, WakeUps } from './wake-up.ts';

/** Entries per read, unless the feed sets another number. */
const BATCH_SIZE = 100;

/** One entry of a feed. Sequences increase and are never reused. */
export interface Sequenced {
  readonly sequence: number;
}

/** A feed of entries in the order of their sequence. */
export interface Feed<T extends Sequenced> {
  readonly wakeUps: WakeUps;
  /** The wake-up key of this feed. */
  readonly key: string;
  /** The first entries after a sequence, oldest first; an empty list when there are none yet. */
  read(after: number, limit: number): Promise<readonly T[]>;
  /** Entries per read; fewer for a feed of large entries. */
  readonly batchSize?: number | undefined;
  /** Whether a batch was cut short, so that there may be more; by default one of `batchSize`. */
  isFull?(entries: readonly T[]): boolean;
  /** The sequence to start after. */
  readonly seen: number;
  /** Whether the feed ends with this entry. */
  isLast(entry: T): boolean;
  /** Called once when the reader ends, for any reason. */
  release(): void;
}

/** Entries as they arrive, through promises or through `pull`, not both. */
export type Following<T> = AsyncIterableIterator<T> & Pullable<T>;

/**
 * Reads every entry after a sequence, once and in order, as entries arrive. Nothing is queued: a slow
 * reader reads from the store where it stopped. Ends after the last entry, when the reader returns,
 * or when `signal` aborts.
 */
export function follow<T extends Sequenced>(feed: Feed<T>, signal: AbortSignal): Following<T> {
  const reader = new Reader(feed, signal);
  signal.addEventListener('abort', reader, { once: true });
  if (signal.aborted) reader.finish();
  return reader;
}

/** Creates no promise between a change and its receiver: there may be thousands of readers. */
class Reader<T extends Sequenced> implements AsyncIterableIterator<T>, Pullable<T>, Sleeper {
  readonly #feed: Feed<T>;
  readonly #signal: AbortSignal;
  #seen: number;
  #batch: readonly T[] = [];
  /** Position of the next entry in the batch. */
  #position = 0;
  /** Whether entries may have arrived since the last read started. */
  #isStale = true;
  #isReading = false;
  #isFinished = false;
  /** Waits for the next entry. */
  #receiver: Receiver<T> | undefined;
  #turn: Promise<IteratorResult<T, undefined>> | undefined;

  constructor(feed: Feed<T>, signal: AbortSignal) {
    this.#feed = feed;
    this.#signal = signal;
    this.#seen = feed.seen;
  }

  pull(receiver: Receiver<T>): void {
    const entry = this.#isFinished ? undefined : this.#batch[this.#position++];
    if (entry) receiver.next(this.#advance(entry));
    else if (this.#isFinished) receiver.end();
    else {
      this.#receiver = receiver;
      if (this.#isStale && !this.#isReading) this.#read();
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = (): Promise<IteratorResult<T, undefined>> =>
      new Promise((resolve, reject) => {
        this.pull({
          next: (value) => resolve({ done: false, value }),
          end: (error) => (error === undefined ? resolve(DONE) : reject(error)),
        });
      });
    // Concurrent calls of next() are answered in order.
    this.#turn = this.#turn ? this.#turn.then(next, next) : next();
    return this.#turn;
  }

  wake(): void {
    this.#isStale = true;
    if (this.#receiver && !this.#isReading) this.#read();
  }

  /** Arms before it reads, so an entry that arrives during the read causes another read. */
  #read(): void {
    const { wakeUps, key, read, batchSize = BATCH_SIZE } = this.#feed;
    this.#isStale = false;
    this.#isReading = true;
    wakeUps.arm(key, this);
    read(this.#seen, batchSize).then(
      (entries) => this.#receive(entries),
      (error) => this.finish(error),
    );
  }

  #receive(entries: readonly T[]): void {
    this.#isReading = false;
    this.#batch = entries;
    this.#position = 0;
    // After a full batch there may be more.
    const { batchSize = BATCH_SIZE } = this.#feed;
    this.#isStale ||= entries.length === batchSize || (this.#feed.isFull?.(entries) ?? false);
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (receiver) this.pull(receiver);
  }

  #advance(entry: T): T {
    this.#seen = entry.sequence;
    if (this.#feed.isLast(entry)) this.finish();
    return entry;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.finish();
    return DONE;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  handleEvent(): void {
    this.finish();
  }

  finish(error?: unknown): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#signal.removeEventListener('abort', this);
    this.#feed.wakeUps.disarm(this.#feed.key, this);
    this.#feed.release();
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.end(error);
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
