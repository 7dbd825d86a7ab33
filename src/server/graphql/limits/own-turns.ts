import { Queue } from '../../../domain/queue.ts';

/**
 * Lets one request continue in each turn of the event loop. Answers for many lists often arrive in one
 * packet, and what each of them leads to takes milliseconds, such as sending 50 calls. In between,
 * the event loop reads what has arrived for others.
 */
export class OwnTurns {
  readonly #waiting = new Queue<() => void>();
  /** Whether a request continues in this turn. */
  #isTaken = false;

  /** Null when the request can continue at once; otherwise resolves when it can, in order. */
  take(): Promise<void> | null {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.add(resolve));
    this.#begin();
    return null;
  }

  #begin(): void {
    this.#isTaken = true;
    setImmediate(() => {
      this.#isTaken = false;
      const next = this.#waiting.take();
      if (!next) return;
      this.#begin();
      next();
    });
  }
}

/** The event loop is shared by all gateways of the process. */
export const ownTurns = new OwnTurns();
