/**
 * Counts the responses that are not finished. A Set of them would keep those that have ended: V8 links
 * the tables that it outgrows, and the old ones are only freed by a full collection.
 */
export class Running {
  #count = 0;
  #waiting: (() => void)[] = [];

  add(): void {
    this.#count++;
  }

  remove(): void {
    this.#count--;
    if (this.#count > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when none is left, at the latest after the timeout. */
  ended(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count === 0) return resolve();
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
