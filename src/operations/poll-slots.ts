type Start = () => void;

/** Bounds the polls in flight. Polls of watched operations start before the others that wait. */
export class PollSlots {
  readonly #max: number;
  readonly #watched = new Map<object, Start>();
  readonly #unwatched = new Map<object, Start>();
  #inFlight = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Runs a poll as soon as a slot is free. Rejects with the signal's reason when it aborts first.
   * @param owner identifies the poll while it waits
   */
  async run<T>(
    owner: object,
    { isWatched, signal }: { readonly isWatched: boolean; readonly signal: AbortSignal },
    poll: () => Promise<T>,
  ): Promise<T> {
    if (this.#inFlight < this.#max) this.#inFlight++;
    else await this.#wait(owner, isWatched, signal);
    try {
      return await poll();
    } finally {
      this.#release();
    }
  }

  /** Moves a waiting poll to the watched ones; does nothing when it is not waiting. */
  prioritise(owner: object): void {
    const start = this.#unwatched.get(owner);
    if (!start) return;
    this.#unwatched.delete(owner);
    this.#watched.set(owner, start);
  }

  async #wait(owner: object, isWatched: boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const queue = isWatched ? this.#watched : this.#unwatched;
    queue.set(owner, resolve);
    const abort = (): void => {
      this.#watched.delete(owner);
      this.#unwatched.delete(owner);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }

  /** Passes the slot to the next poll. */
  #release(): void {
    const queue = this.#watched.size > 0 ? this.#watched : this.#unwatched;
    const [next] = queue;
    if (!next) {
      this.#inFlight--;
      return;
    }
    const [owner, start] = next;
    queue.delete(owner);
    start();
  }
}
