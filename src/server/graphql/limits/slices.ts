import { Queue } from '../../../domain/queue.ts';

/** Milliseconds of work for one request after which the event loop gets a turn. */
const SLICE_MS = 15;
/** Milliseconds of work after which no further request begins or continues in the same turn. */
const TURN_MS = 2;

/**
 * Divides long work of all requests into slices, so that input, timers and other requests are served
 * in between. Work that waits continues in the order in which it began to wait.
 */
export class Slices {
  #startedAt: number | null = null;
  readonly #waiting = new Queue<() => void>();
  #isScheduled = false;

  /** Whether the current slice is used up. Work must then wait for `next`. */
  isOver(): boolean {
    return this.#elapsed() > SLICE_MS;
  }

  /** Whether one more request can begin or continue in this turn of the event loop. */
  hasTime(): boolean {
    return this.#elapsed() <= TURN_MS;
  }

  #elapsed(): number {
    const now = performance.now();
    if (this.#startedAt === null) {
      this.#startedAt = now;
      this.#schedule();
    }
    return now - this.#startedAt;
  }

  /** Resolves in a slice of a later turn of the event loop. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#startedAt = null;
      this.#resume();
    });
  }

  /** Resumes one waiter after another: each runs in the microtasks after its `resolve`. */
  #resume(): void {
    if (this.#waiting.length === 0) return;
    if (!this.hasTime()) {
      this.#schedule();
      return;
    }
    this.#waiting.take()?.();
    queueMicrotask(() => process.nextTick(() => this.#resume()));
  }
}

/** The event loop is shared by all gateways of the process. */
export const slices = new Slices();
