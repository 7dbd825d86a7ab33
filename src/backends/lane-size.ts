/** How many calls may be in flight to one host. */
export interface LaneSize {
  readonly current: number;
  /**
   * Records how long a call took, in milliseconds.
   * @param idleMs the part of it in which the event loop had nothing to do; all of it by default
   */
  record(ms: number, idleMs?: number): void;
}

export function fixedSize(size: number): LaneSize {
  return { current: size, record: () => {} };
}

/** Calls in flight to a host that answers at once. */
const BASE = 64;
/** Calls in flight to a host that has not answered for a while, so that few sockets are open. */
const INITIAL = 128;
const PAUSE_MS = 20_000;
/** The latency, in milliseconds, up to which `BASE` calls keep the gateway busy. */
const BASE_MS = 2;
const WINDOW_MS = 1_500;
/** A call during which the event loop was idle for a smaller share of the time waited for the gateway. */
const IDLE_SHARE = 0.25;

/**
 * A size that follows the latency of the host. While calls take long, more of them are in flight: a
 * call that waits for its answer costs the gateway nothing, and a list of 1,000 rows must not wait for
 * one wave of calls after another. The shortest recent call decides, so that calls that are slow only
 * because there are too many of them do not raise the size further. It grows by one with each call that
 * ends, which at most doubles it per round trip: each further call opens a socket, and a TLS handshake
 * costs more than a call. It does not grow while the gateway itself is busy: its calls seem slow then,
 * but more of them would only wait longer, and make each of them cost more.
 */
export class AdaptiveSize implements LaneSize {
  readonly #max: number;
  readonly #now: () => number;
  #shortest = Infinity;
  #shortestBefore = Infinity;
  #windowEndsAt: number;
  #grown = INITIAL;

  /** @param max the largest size; it can be smaller than the usual one */
  constructor(max: number, now: () => number = () => performance.now()) {
    this.#max = max;
    this.#now = now;
    this.#windowEndsAt = now() + WINDOW_MS;
  }

  get current(): number {
    this.#turnWindow();
    const shortest = Math.min(this.#shortest, this.#shortestBefore);
    const wanted = Number.isFinite(shortest) ? Math.ceil((BASE * shortest) / BASE_MS) : INITIAL;
    return Math.min(this.#max, Math.max(BASE, Math.min(wanted, this.#grown)));
  }

  record(ms: number, idleMs = ms): void {
    this.#turnWindow();
    this.#shortest = Math.min(this.#shortest, ms);
    const isBusy = idleMs < ms * IDLE_SHARE;
    this.#grown = isBusy ? this.current : Math.min(this.#grown + 1, this.#max);
  }

  /** The last window with a measurement counts too: after a pause, the host is as far away as before. */
  #turnWindow(): void {
    const now = this.#now();
    if (now < this.#windowEndsAt) return;
    if (now >= this.#windowEndsAt + PAUSE_MS) this.#grown = INITIAL;
    if (Number.isFinite(this.#shortest)) this.#shortestBefore = this.#shortest;
    this.#shortest = Infinity;
    this.#windowEndsAt = now + WINDOW_MS;
  }
}
