import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';

/** One attempt at a call, given the signal that ends it and the time it may take. */
export type Attempt<T> = (signal: AbortSignal, remainingMs: number) => Promise<T>;

export interface BackendCallsOptions {
  readonly service: BackendName;
  /** How long one call may take, all its attempts together. */
  readonly timeoutMs: number;
  /** Attempts of a call that may be repeated; 1 = never repeat. */
  readonly attempts?: number;
  /** Delay before the second attempt; it doubles from there and is halved at random. */
  readonly baseDelayMs?: number;
}

/**
 * The rules that every call of one backend follows: one deadline over all attempts, an abort that
 * follows the request, repeats only where they are safe, and one upstream call for reads of the
 * same thing that are under way at the same time.
 */
export class BackendCalls {
  readonly #options: Required<BackendCallsOptions>;
  readonly #flights = new Map<string, Flight>();
  readonly #budget = new RetryBudget();

  constructor(options: BackendCallsOptions) {
    this.#options = { attempts: 3, baseDelayMs: 100, ...options };
  }

  /**
   * A read. `key` says what is read: reads of one key that overlap are one call, which goes on
   * until the last of its readers has left.
   */
  async read<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    scope.signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#takeOff(key, attempt);
    return flight.join(scope.signal) as Promise<T>;
  }

  /**
   * A write: sent once (null), or repeated after failures that its idempotency key makes safe. Reads
   * that begin after it has ended never join one that began before.
   */
  async write<T>(scope: CallScope, repeatable: Repeatable | null, attempt: Attempt<T>): Promise<T> {
    scope.signal.throwIfAborted();
    try {
      return await this.#bounded(scope.signal, repeatable ?? never, attempt);
    } finally {
      this.forget();
    }
  }

  /** Reads that begin from now on join none that began before: what those give may be out of date. */
  forget(): void {
    this.#flights.clear();
  }

  #takeOff<T>(key: string, attempt: Attempt<T>): Flight {
    const flight: Flight = new Flight(
      (signal) => this.#bounded(signal, always, attempt),
      () => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    );
    this.#flights.set(key, flight);
    return flight;
  }

  #bounded<T>(parent: AbortSignal, repeatable: Repeatable, attempt: Attempt<T>): Promise<T> {
    const { service, timeoutMs } = this.#options;
    return withDeadline(parent, timeoutMs, service, (signal, remaining) =>
      this.#repeat(signal, remaining, repeatable, attempt),
    );
  }

  async #repeat<T>(
    signal: AbortSignal,
    remaining: () => number,
    repeatable: Repeatable,
    attempt: Attempt<T>,
  ): Promise<T> {
    for (let n = 1; ; n++) {
      try {
        const value = await attempt(signal, remaining());
        this.#budget.succeeded();
        return value;
      } catch (error) {
        const delay = this.#options.baseDelayMs * 2 ** (n - 1) * (0.5 + Math.random() / 2);
        const isSafe = isUnavailable(error) && repeatable(error);
        const isWorthwhile = n < this.#options.attempts && delay < remaining();
        if (!isSafe || !this.#budget.failed() || !isWorthwhile) throw error;
        await pause(delay, signal);
      }
    }
  }
}

/** Which failures a call may be repeated after, of those that are UNAVAILABLE. */
export type Repeatable = (error: GatewayError) => boolean;

const always: Repeatable = () => true;
const never: Repeatable = () => false;

/** Only an answer that never came is repeated; "ask again later" with a time is the client's to decide. */
function isUnavailable(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    error.code === 'UNAVAILABLE' &&
    error.retryable &&
    error.retryAfterMs === undefined
  );
}

/**
 * gRPC's retry throttling (A6): a failure costs one token, a success gives a tenth back, and no
 * repeat is made while less than half is left, so that repeats never multiply an outage.
 */
class RetryBudget {
  static readonly #max = 100;
  #tokens = RetryBudget.#max;

  succeeded(): void {
    this.#tokens = Math.min(RetryBudget.#max, this.#tokens + 0.1);
  }

  failed(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > RetryBudget.#max / 2;
  }
}

/** A call that several readers wait for; it is aborted when the last of them leaves. */
class Flight {
  readonly #controller = new AbortController();
  readonly #result: Promise<unknown>;
  readonly #land: () => void;
  #readers = 0;

  constructor(start: (signal: AbortSignal) => Promise<unknown>, land: () => void) {
    this.#land = land;
    this.#result = start(this.#controller.signal).finally(land);
    // Readers may all have left by the time it fails.
    this.#result.catch(() => {});
  }

  async join(signal: AbortSignal): Promise<unknown> {
    this.#readers++;
    try {
      return await abortable(this.#result, signal);
    } finally {
      this.#readers--;
      if (this.#readers === 0) {
        this.#land();
        this.#controller.abort(signal.reason);
      }
    }
  }
}

/**
 * Runs `run` under a deadline and the parent's abort as one signal, cleaned up on every way out.
 * Ends on time even when `run` does not listen to its signal.
 */
export async function withDeadline<T>(
  parent: AbortSignal,
  timeoutMs: number,
  service: BackendName,
  run: (signal: AbortSignal, remaining: () => number) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const endsAt = performance.now() + timeoutMs;
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => controller.abort(deadlineExceeded(service, timeoutMs)), timeoutMs);
  const remaining = (): number => Math.max(0, endsAt - performance.now());
  try {
    return await abortable(run(controller.signal, remaining), controller.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', follow);
  }
}

/** The error of a call that got no answer in its time. */
function deadlineExceeded(service: BackendName, timeoutMs: number): GatewayError {
  const message = `The ${service} API did not answer within ${timeoutMs} ms.`;
  return new GatewayError('DEADLINE_EXCEEDED', message, { service, retryable: true });
}
