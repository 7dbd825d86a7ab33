import { abortable } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';

export interface GateOptions {
  /** The number of tasks that may run at once. */
  readonly size: number;
  /** Milliseconds that a task waits for its turn, so that it has time left when it gets it. */
  readonly maxWaitMs: number;
  /** Rejects the tasks that wait when it aborts. */
  readonly closing: AbortSignal;
}

/** Lets a bounded number of writes run at once; the others wait in the order of their arrival. */
export class Gate {
  readonly #options: GateOptions;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it is the caller's turn, with the function that ends it.
   * @throws GatewayError UNAVAILABLE when the signal aborts or the longest wait is over before
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#options.size) await this.#turn(signal);
    else this.#running++;
    let isInside = true;
    return () => {
      if (isInside) this.#pass();
      isInside = false;
    };
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { maxWaitMs, closing } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const ending = AbortSignal.any([signal, closing, AbortSignal.timeout(maxWaitMs)]);
    try {
      await abortable(promise, ending);
    } catch (cause) {
      // Passed on when the turn came in the same moment.
      if (!this.#waiting.delete(resolve)) this.#pass();
      const message = 'Too many changes are in progress, so nothing was sent; try again.';
      throw new GatewayError('UNAVAILABLE', message, { retryable: true, cause });
    }
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    // Not in the same turn of the event loop: a burst must leave room for other clients.
    setImmediate(next);
  }
}
