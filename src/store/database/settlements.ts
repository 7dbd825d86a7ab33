/** Promises to settle before the event loop serves other events. */
const SLICE = 50;

/**
 * Settles promises in slices, so that a large group that completes at once does not keep the event
 * loop busy with everything that was waiting for it.
 */
export class Settlements {
  #waiting: (() => void)[] = [];
  #isScheduled = false;

  add(settlements: readonly (() => void)[]): void {
    this.#waiting.push(...settlements);
    if (!this.#isScheduled) this.#settle();
  }

  #settle(): void {
    for (const settle of this.#waiting.splice(0, SLICE)) settle();
    this.#isScheduled = this.#waiting.length > 0;
    if (this.#isScheduled) setImmediate(() => this.#settle());
  }
}
