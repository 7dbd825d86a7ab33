/** Delays between two polls of an operation, in milliseconds. */
export interface PollDelays {
  /** Delay between the first polls; it grows from there. */
  readonly intervalMs: number;
  /** Longest delay of a watched operation. */
  readonly maxIntervalMs: number;
  /** Longest delay of an operation without watchers; used at once when the last watcher leaves. */
  readonly idleIntervalMs: number;
}

/**
 * UNWATCHED: there has been no watcher since polling started. ABANDONED: all watchers have left.
 * LOST: the billing API no longer returns the operation.
 */
export type Pace = 'UNWATCHED' | 'WATCHED' | 'ABANDONED' | 'LOST';

const GROWTH = 1.5;

/**
 * The delay before the next poll, in milliseconds.
 * @param n the number of polls at this pace so far
 * @param requestedMs the delay that the billing API asked for; null when it did not
 */
export function pollDelay(
  pace: Pace,
  n: number,
  requestedMs: number | null,
  { intervalMs, maxIntervalMs, idleIntervalMs }: PollDelays,
): number {
  switch (pace) {
    case 'WATCHED':
      return requestedMs ?? withJitter(Math.min(maxIntervalMs, intervalMs * GROWTH ** n));
    case 'UNWATCHED':
      return Math.max(requestedMs ?? 0, withJitter(Math.min(idleIntervalMs, intervalMs * 2 ** n)));
    case 'ABANDONED':
      return Math.max(requestedMs ?? 0, idleIntervalMs);
    case 'LOST':
      return Math.max(requestedMs ?? 0, withJitter(idleIntervalMs));
  }
}

/** Unwatched operations are polled at multiples of this time, in milliseconds, so that calls leave together. */
const TICK_MS = 100;

/**
 * Extends a delay to the end of a tick.
 * @param now the time in milliseconds, by any clock that every caller uses
 */
export function untilTick(now: number, delayMs: number): number {
  return Math.ceil((now + delayMs) / TICK_MS) * TICK_MS - now;
}

/** Up to 20 % less, so that pollers spread out. */
function withJitter(delayMs: number): number {
  return delayMs * (0.8 + Math.random() * 0.2);
}
