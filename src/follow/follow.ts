import type { WakeUp, WakeUps } from './wake-up.ts';

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

/**
 * Gives every entry behind a sequence, once and in order, as they come. The reader sets the pace:
 * nothing is queued for it, it reads on where it left off. Ends behind the last entry, when the
 * reader returns, or when `signal` aborts.
 */
export function follow<T extends Sequenced>(
  followed: Followed<T>,
  signal: AbortSignal,
): AsyncIterableIterator<T> {
  const reader = new Reader(followed, signal);
  signal.addEventListener('abort', reader, { once: true });
  if (signal.aborted) reader.finish();
  return reader;
}

/** No async generator: every promise between a change and its readers is made for thousands of them. */
class Reader<T extends Sequenced> implements AsyncIterableIterator<T> {
  readonly #followed: Followed<T>;
  readonly #signal: AbortSignal;
  #seen: number;
  #read: readonly T[] = [];
  #given = 0;
  /** Armed before the last read: as long as nobody woke it, that read is not out of date. */
  #wakeUp: WakeUp | undefined;
  #turn: Promise<IteratorResult<T, undefined>> | undefined;
  #turns = 0;
  #isOver = false;

  constructor(followed: Followed<T>, signal: AbortSignal) {
    this.#followed = followed;
    this.#signal = signal;
    this.#seen = followed.seen;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // Whoever does not wait for an answer before asking again has the answers in order.
    const advance = (): Promise<IteratorResult<T, undefined>> => this.#advance();
    this.#turn = this.#turns++ > 0 && this.#turn ? this.#turn.then(advance, advance) : advance();
    return this.#turn;
  }

  async #advance(): Promise<IteratorResult<T, undefined>> {
    try {
      while (!this.#isOver) {
        const entry = this.#read[this.#given++];
        if (entry) return this.#give(entry);
        if (this.#wakeUp && this.#read.length < READ_AT_ONCE) await this.#wakeUp.woken;
        if (!this.#isOver) await this.#readOn();
      }
    } catch (error) {
      this.finish();
      throw error;
    } finally {
      this.#turns--;
    }
    return { done: true, value: undefined };
  }

  async #readOn(): Promise<void> {
    const { wakeUps, key, read } = this.#followed;
    this.#wakeUp?.disarm();
    this.#wakeUp = wakeUps.arm(key);
    this.#read = await read(this.#seen, READ_AT_ONCE);
    this.#given = 0;
  }

  #give(entry: T): IteratorResult<T, undefined> {
    this.#seen = entry.sequence;
    if (this.#followed.isLast(entry)) this.finish();
    return { done: false, value: entry };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.finish();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  handleEvent(): void {
    this.finish();
  }

  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this);
    this.#followed.release();
    this.#wakeUp?.disarm();
    this.#wakeUp?.wake();
  }
}
