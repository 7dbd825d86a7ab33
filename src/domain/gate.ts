import { abortable } from './call-scope.ts';
import type { CancelSignal } from './cancellation.ts';
import { FairQueue } from './fair-queue.ts';

/**
 * Lets a bounded number of tasks run at once. The others wait in the order of their arrival; those of
 * several viewers take turns.
 */
export class Gate {
  readonly #size: number;
  readonly #waiting = new FairQueue<() => void>();
  #running = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether the next task has to wait. */
  get isFull(): boolean {
    return this.#running >= this.#size;
  }

  /** Runs `task` when its turn comes; rejects with the signal's reason when that aborts before. */
  async run<T>(signal: CancelSignal, task: () => Promise<T>): Promise<T> {
    const leave = await this.enter(signal);
    try {
      return await task();
    } finally {
      leave();
    }
  }

  /**
   * Resolves when it is the caller's turn, with the function that ends it; rejects with the signal's
   * reason when that aborts before.
   */
  async enter(signal: CancelSignal, viewer = ''): Promise<() => void> {
    if (this.isFull) await this.#turn(signal, viewer);
    else this.#running++;
    let isInside = true;
    return () => {
      if (isInside) this.#pass();
      isInside = false;
    };
  }

  async #turn(signal: CancelSignal, viewer: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.push(viewer, this, resolve);
    try {
      await abortable(promise, signal);
    } catch (error) {
      // Passed on when the turn came in the same moment.
      if (!this.#waiting.remove(waiting)) this.#pass();
      throw error;
    }
  }

  #pass(): void {
    const next = this.#waiting.shift();
    if (!next) {
      this.#running--;
      return;
    }
    // Not in the same turn of the event loop: a burst must leave room for other clients.
    setImmediate(next);
  }
}
