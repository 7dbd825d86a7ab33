import { Queue } from '../../domain/queue.ts';

/** Lets one user in at a time, in the order of the calls. */
export class Mutex {
  #isHeld = false;
  readonly #waiting = new Queue<() => void>();

  /**
   * Null when the caller is in at once; otherwise resolves when it is. Who is in has to call `leave`
   * once.
   */
  enter(): Promise<void> | null {
    if (!this.#isHeld) {
      this.#isHeld = true;
      return null;
    }
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Lets the next user in. */
  leave(): void {
    const next = this.#waiting.take();
    if (next) next();
    else this.#isHeld = false;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const waiting = this.enter();
    if (waiting) await waiting;
    try {
      return await work();
    } finally {
      this.leave();
    }
  }
}
