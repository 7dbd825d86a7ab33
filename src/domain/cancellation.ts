/** An object, where a function for each would take memory. */
export type CancelListener = (() => void) | { handleEvent(): void };

/** Tells work that its result is no longer wanted. An AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Why; undefined before. */
  readonly reason: unknown;
  /** @throws the reason, once the signal is aborted */
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: CancelListener, options?: { once: true }): void;
  removeEventListener(type: 'abort', listener: CancelListener): void;
}

/**
 * A signal, and what aborts it. It does for a request and for each of its calls what AbortController
 * does, whose event targets take longer to create, and to add a listener to and remove it from, than
 * all other steps of a call in the gateway.
 */
export class Cancellation implements CancelSignal {
  #aborted = false;
  #reason: unknown;
  readonly #listeners: CancelListener[] = [];
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Calls the listeners once, in the order in which they were added. They must not throw. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    // A listener may remove another one.
    for (let next = this.#listeners.shift(); next; next = this.#listeners.shift()) {
      if (typeof next === 'function') next();
      else next.handleEvent();
    }
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** The listener is not called when the signal was aborted before, as that of an AbortSignal. */
  addEventListener(_type: 'abort', listener: CancelListener): void {
    if (!this.#aborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: CancelListener): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }

  /** An AbortSignal that aborts with this one. */
  get abortSignal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }
}

/** For what needs an AbortSignal itself, such as a library. */
export function abortSignalOf(signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  if (signal instanceof Cancellation) return signal.abortSignal;
  throw new TypeError('expected an AbortSignal or a Cancellation');
}
