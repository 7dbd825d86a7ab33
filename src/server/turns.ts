/** Turns of the event loop in a row that are left to new connections before a task starts. */
const MAX_YIELDS = 50;

/**
 * Milliseconds of work after which no further task starts in the same turn of the event loop. Short
 * requests that arrive together start together: their calls leave, and their answers arrive, in fewer
 * turns of the event loop.
 */
const SLICE_MS = 2;

/**
 * Starts tasks in slices, and lets the event loop serve other events between two of them. When a
 * thousand requests arrive at once, health checks and sockets are served while they start.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #hasArrivals = false;
  #yields = 0;

  /** @param task must not throw */
  add(task: () => void): void {
    this.#waiting.push(task);
    if (this.#waiting.length === 1) setImmediate(() => this.#begin());
  }

  /**
   * A connection was accepted. libuv accepts one in each turn of the event loop: if each turn also
   * started a request, the last of a thousand clients would wait seconds to be connected.
   */
  accepted(): void {
    this.#hasArrivals = true;
  }

  #begin(): void {
    const isYielding = this.#hasArrivals && this.#yields < MAX_YIELDS;
    this.#hasArrivals = false;
    this.#yields = isYielding ? this.#yields + 1 : 0;
    if (isYielding) setImmediate(() => this.#begin());
    else this.#run(performance.now() + SLICE_MS);
  }

  /** Runs the next task, and what it does at once, before it decides whether another one follows. */
  #run(until: number): void {
    this.#waiting[0]?.();
    queueMicrotask(() => process.nextTick(() => this.#ran(until)));
  }

  #ran(until: number): void {
    this.#waiting.shift();
    if (this.#waiting.length === 0) return;
    if (performance.now() < until) this.#run(until);
    else setImmediate(() => this.#begin());
  }
}
