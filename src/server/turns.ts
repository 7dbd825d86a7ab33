/**
 * Starts tasks one by one, and lets the event loop serve other events between two of them. When a
 * thousand requests arrive at once, health checks and sockets are served while they start.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** @param task must not throw */
  add(task: () => void): void {
    this.#waiting.push(task);
    if (this.#waiting.length === 1) setImmediate(() => this.#next());
  }

  #next(): void {
    this.#waiting[0]?.();
    this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
  }
}
