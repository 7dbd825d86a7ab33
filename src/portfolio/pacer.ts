import { pause } from '../domain/call-scope.ts';

/** Spreads calls evenly over time. */
export class Pacer {
  readonly #spacingMs: number;
  #next = 0;

  constructor(callsPerSecond: number) {
    this.#spacingMs = 1_000 / callsPerSecond;
  }

  /** The time of one call, in milliseconds. */
  get spacingMs(): number {
    return this.#spacingMs;
  }

  /** Resolves when the calls may be made. Rejects with the signal's reason when it aborts. */
  async take(calls: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = performance.now();
    const start = Math.max(now, this.#next);
    this.#next = start + calls * this.#spacingMs;
    if (start > now) await pause(start - now, signal);
  }
}
