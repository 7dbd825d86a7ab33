import { pollInFlightChanged } from '../domain/telemetry.ts';

type Start = () => void;

export interface PollLimits {
  /** Most polls in flight at once. */
  readonly maxPolls: number;
  /** Most polls started per second. */
  readonly pollsPerSecond: number;
}

/**
 * Polls of this time can start at once, so that a poll on a quiet instance does not wait. While more are
 * due than the pace allows, polls that nobody watches start together this often: calls that are sent one
 * by one, each for a process that wakes up for it, take more than twice the CPU time.
 */
const BURST_MS = 100;

/**
 * Bounds the polls in flight and paces their starts: after a restart or an outage, thousands are due in
 * the same second. Polls of watched operations start before the others that wait.
 */
export class PollSlots {
  readonly #limits: PollLimits;
  readonly #watched = new Map<object, Start>();
  readonly #unwatched = new Map<object, Start>();
  #inFlight = 0;
  /** The time, by performance.now(), of the next poll at an even pace. */
  #nextAt = 0;
  /** When polls start next; null while nothing waits for the pace. */
  #timer: { readonly isForWatched: boolean; readonly handle: NodeJS.Timeout } | null = null;

  constructor(limits: PollLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a poll as soon as a slot is free and the pace allows it. Rejects with the signal's reason when
   * it aborts first.
   * @param owner identifies the poll while it waits
   */
  async run<T>(
    owner: object,
    { isWatched, signal }: { readonly isWatched: boolean; readonly signal: AbortSignal },
    poll: () => Promise<T>,
  ): Promise<T> {
    const isFirst = this.#watched.size + this.#unwatched.size === 0;
    if (isFirst && this.#delay() === 0) this.#take();
    else await this.#wait(owner, isWatched, signal);
    pollInFlightChanged.publish(1);
    try {
      return await poll();
    } finally {
      pollInFlightChanged.publish(-1);
      this.#inFlight--;
      this.#startNext();
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
    this.#startNext();
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }

  /** Starts the polls that can start now, and comes back for the next ones when their time comes. */
  #startNext(): void {
    for (;;) {
      const isWatched = this.#watched.size > 0;
      if (!isWatched && this.#timer) return;
      const queue = isWatched ? this.#watched : this.#unwatched;
      const [next] = queue;
      const delay = this.#delay();
      if (!next || delay === null) return;
      if (delay > 0) {
        this.#startLater(delay, isWatched);
        return;
      }
      const [owner, start] = next;
      queue.delete(owner);
      this.#take();
      start();
    }
  }

  #startLater(delay: number, isForWatched: boolean): void {
    if (this.#timer && (this.#timer.isForWatched || !isForWatched)) return;
    clearTimeout(this.#timer?.handle);
    const start = (): void => {
      this.#timer = null;
      this.#startNext();
    };
    const handle = setTimeout(start, isForWatched ? delay : delay + BURST_MS).unref();
    this.#timer = { isForWatched, handle };
  }

  #take(): void {
    this.#inFlight++;
    const { pollsPerSecond } = this.#limits;
    this.#nextAt = Math.max(this.#nextAt, performance.now()) + 1_000 / pollsPerSecond;
  }

  /** Milliseconds until a poll may start; null when it waits for another to end. */
  #delay(): number | null {
    if (this.#inFlight >= this.#limits.maxPolls) return null;
    return Math.max(0, this.#nextAt - performance.now() - BURST_MS);
  }
}
