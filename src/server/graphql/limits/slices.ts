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
  /** Whether work that did not wait any longer has begun, whose microtasks may still run. */
  #isRunning = false;

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

  /**
   * Lets one work after another continue. Answers for many lists often arrive in one packet, and what
   * each of them leads to takes milliseconds, such as sending 50 calls.
   * @returns null when the work can continue at once; otherwise a promise that resolves when it can,
   *   in this turn of the event loop if there is time, so that lists that take little share one
   */
  turn(): Promise<void> | null {
    if (this.#isRunning || !this.hasTime()) return this.next();
    this.#run();
    return null;
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

  /** Resumes what has waited longest, if there is time. */
  #resume(): void {
    this.#isRunning = false;
    if (this.#waiting.length === 0) return;
    if (this.hasTime()) this.#run(this.#waiting.take());
    else this.#schedule();
  }

  /** Work runs in the microtasks after its promise is resolved. What waits then follows. */
  #run(resolve?: () => void): void {
    this.#isRunning = true;
    resolve?.();
    queueMicrotask(() => process.nextTick(() => this.#resume()));
  }
}

/** The event loop is shared by all gateways of the process. */
export const slices = new Slices();
