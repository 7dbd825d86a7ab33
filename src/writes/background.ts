import { abortable } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';

/** Work that goes on when its client has left, and that must end before the store closes. */
export class Background {
  readonly #closing = new AbortController();
  readonly #closed = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** Aborts when the gateway shuts down. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Aborts when the time of the shutdown is up. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const end = (): void => void this.#running.delete(work);
    work.then(end, end);
    return work;
  }

  /** Waits until all work has ended, at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    const reason = 'The gateway is shutting down; try again.';
    this.#closing.abort(new GatewayError('UNAVAILABLE', reason, { retryable: true }));
    const timeout = AbortSignal.timeout(timeoutMs);
    await abortable(Promise.allSettled(this.#running), timeout).catch(() => {});
    this.#closed.abort(this.#closing.signal.reason);
  }
}
