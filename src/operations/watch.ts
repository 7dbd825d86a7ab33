import type { OperationEntry } from '../domain/operation.ts';
import type { WakeUps } from './wake-up.ts';

/** What is followed: entries in the order of their sequence. */
export interface Followed {
  readonly wakeUps: WakeUps;
  /** What wakes the reader. */
  readonly key: string;
  /** The entries behind a sequence, oldest first; none when there are none yet. */
  read(after: number): Promise<readonly OperationEntry[]>;
  /** The sequence to begin behind. */
  readonly seen: number;
  /** Whether nothing can come behind this entry. */
  isLast(entry: OperationEntry): boolean;
  /** Called once, at the end, whichever way it comes. */
  release(): void;
}

/**
 * Gives every entry behind a sequence, once and in order, as they come. The reader sets the pace:
 * nothing is queued for it, it reads on where it left off. Ends behind the last entry, when the
 * reader returns, or when `signal` aborts.
 */
export function follow(
  followed: Followed,
  signal: AbortSignal,
): AsyncIterableIterator<OperationEntry> {
  const reader = new Reader(followed, signal);
  signal.addEventListener('abort', reader, { once: true });
  if (signal.aborted) reader.finish();
  return reader;
}

/** No async generator: every promise between a change and its readers is made for thousands of them. */
class Reader implements AsyncIterableIterator<OperationEntry> {
  readonly #followed: Followed;
  readonly #signal: AbortSignal;
  #seen: number;
  #read: readonly OperationEntry[] = [];
  #given = 0;
  #turn: ReturnType<Reader['next']> | undefined;
  #isOver = false;
  /** Ends the wait, if there is one. */
  #wake: (() => void) | undefined;

  constructor(followed: Followed, signal: AbortSignal) {
    this.#followed = followed;
    this.#signal = signal;
    this.#seen = followed.seen;
  }

  next(): Promise<IteratorResult<OperationEntry, undefined>> {
    // Whoever does not wait for an answer before asking again has the answers in order.
    const advance = (): ReturnType<Reader['next']> => this.#advance();
    this.#turn = this.#turn ? this.#turn.then(advance, advance) : advance();
    return this.#turn;
  }

  async #advance(): Promise<IteratorResult<OperationEntry, undefined>> {
    const { wakeUps, key } = this.#followed;
    try {
      while (!this.#isOver) {
        const entry = this.#read[this.#given++];
        if (entry) return this.#give(entry);
        const wakeUp = wakeUps.arm(key);
        try {
          this.#wake = wakeUp.wake;
          this.#read = await this.#followed.read(this.#seen);
          this.#given = 0;
          if (this.#read.length === 0 && !this.#isOver) await wakeUp.woken;
        } finally {
          wakeUp.disarm();
        }
      }
    } catch (error) {
      this.finish();
      throw error;
    }
    return { done: true, value: undefined };
  }

  #give(entry: OperationEntry): IteratorResult<OperationEntry, undefined> {
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
    this.#wake?.();
  }
}
