/** Turns of the event loop in a row that are left to new connections before a task starts. */
const MAX_YIELDS = 50;

/**
 * Starts tasks one by one, and lets the event loop serve other events between two of them. When a
 * thousand requests arrive at once, health checks and sockets are served while they start.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #hasArrivals = false;
  #yields = 0;

  /** @param task must not throw */
  add(task: () => void): void {
    this.#waiting.push(task);
    if (this.#waiting.length === 1) setImmediate(() => this.#next());
  }

  /**
   * A connection was accepted. libuv accepts one in each turn of the event loop: if each turn also
   * started a request, the last of a thousand clients would wait seconds to be connected.
   */
  accepted(): void {
    this.#hasArrivals = true;
  }

  #next(): void {
    if (this.#hasArrivals && this.#yields < MAX_YIELDS) {
      this.#yields++;
    } else {
      this.#yields = 0;
      this.#waiting[0]?.();
      this.#waiting.shift();
    }
    this.#hasArrivals = false;
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
  }
}
