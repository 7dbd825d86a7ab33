import type { Pullable, Receiver } from './pull.ts';
import type { Sleeper, WakeUps } from './wake-up.ts';

/** Entries that a reader holds at once. */
const READ_AT_ONCE = 100;

/** One entry of a journal. Sequences grow, and none is used twice. */
export interface Sequenced {
  readonly sequence: number;
}

/** What is followed: entries in the order of their sequence. */
export interface Followed<T extends Sequenced> {
  readonly wakeUps: WakeUps;
  /** What wakes the reader. */
  readonly key: string;
  /** The first entries behind a sequence, oldest first; none when there are none yet. */
  read(after: number, limit: number): Promise<readonly T[]>;
  /** The sequence to begin behind. */
  readonly seen: number;
  /** Whether nothing can come behind this entry. */
  isLast(entry: T): boolean;
  /** Called once, at the end, whichever way it comes. */
  release(): void;
}

/** Entries as they come, by promise or by pull: one of the two. */
export type Following<T> = AsyncIterableIterator<T> & Pullable<T>;

/**
 * Gives every entry behind a sequence, once and in order, as they come. The reader sets the pace:
 * nothing is queued for it, it reads on where it left off. Ends behind the last entry, when the
 * reader returns, or when `signal` aborts.
 */
export function follow<T extends Sequenced>(
  followed: Followed<T>,
  signal: AbortSignal,
): Following<T> {
  const reader = new Reader(followed, signal);
  signal.addEventListener('abort', reader, { once: true });
  if (signal.aborted) reader.finish();
  return reader;
}

/** No promise of its own between a change and its reader: each would be made for thousands of them. */
class Reader<T extends Sequenced> implements AsyncIterableIterator<T>, Pullable<T>, Sleeper {
  readonly #followed: Followed<T>;
  readonly #signal: AbortSignal;
  #seen: number;
  #read: readonly T[] = [];
  #given = 0;
  /** Whether something may have come since the last read began. */
  #isStale = true;
  #isReading = false;
  #isOver = false;
  /** Who waits for the next entry. */
  #receiver: Receiver<T> | undefined;
  #turn: Promise<IteratorResult<T, undefined>> | undefined;

  constructor(followed: Followed<T>, signal: AbortSignal) {
    this.#followed = followed;
    this.#signal = signal;
    this.#seen = followed.seen;
  }

  pull(receiver: Receiver<T>): void {
    const entry = this.#isOver ? undefined : this.#read[this.#given++];
    if (entry) receiver.take(this.#give(entry));
    else if (this.#isOver) receiver.end();
    else {
      this.#receiver = receiver;
      if (this.#isStale && !this.#isReading) this.#readOn();
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = (): Promise<IteratorResult<T, undefined>> =>
      new Promise((resolve, reject) => {
        this.pull({
          take: (value) => resolve({ done: false, value }),
          end: (error) => (error === undefined ? resolve(OVER) : reject(error)),
        });
      });
    // Whoever does not wait for an answer before asking again has the answers in order.
    this.#turn = this.#turn ? this.#turn.then(next, next) : next();
    return this.#turn;
  }

  wake(): void {
    this.#isStale = true;
    if (this.#receiver && !this.#isReading) this.#readOn();
  }

  #readOn(): void {
    const { wakeUps, key, read } = this.#followed;
    this.#isStale = false;
    this.#isReading = true;
    wakeUps.arm(key, this);
    read(this.#seen, READ_AT_ONCE).then(
      (entries) => this.#hear(entries),
      (error) => this.finish(error),
    );
  }

  #hear(entries: readonly T[]): void {
    this.#isReading = false;
    this.#read = entries;
    this.#given = 0;
    // As many as were asked for: there may be more.
    this.#isStale ||= entries.length === READ_AT_ONCE;
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (receiver) this.pull(receiver);
  }

  #give(entry: T): T {
    this.#seen = entry.sequence;
    if (this.#followed.isLast(entry)) this.finish();
    return entry;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.finish();
    return OVER;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  handleEvent(): void {
    this.finish();
  }

  finish(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this);
    this.#followed.wakeUps.disarm(this.#followed.key, this);
    this.#followed.release();
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.end(error);
  }
}

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };
