import { type CallScope, pause } from '../domain/call-scope.ts';
import type { CancelSignal } from '../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { callRetried } from '../domain/telemetry.ts';
import type { Admission } from './admission.ts';
import type { Breaker } from './breaker.ts';
import { Flight, type FlightOptions, type Run } from './flight.ts';
import type { Lanes } from './lanes.ts';
import { RetryBudget } from './retry-budget.ts';

/** One attempt at a call. It must stop when `signal` aborts; the deadline is in `remainingMs`. */
export type Attempt<T> = (signal: CancelSignal, remainingMs: number) => Promise<T>;

export interface BackendCallsOptions {
  readonly service: BackendName;
  /** Deadline of one call, including its retries. It starts when the call leaves its lane. */
  readonly timeoutMs: number;
  readonly admission: Admission;
  readonly lanes: Lanes;
  readonly breaker: Breaker;
}

const MAX_ATTEMPTS = 3;
/** Delay before the second attempt. It doubles with each attempt; jitter removes up to half. */
const BASE_DELAY_MS = 100;

/**
 * Calls of one backend host. A call waits until its request is admitted and until its turn comes in
 * its request's lane. Then one deadline covers all attempts, an aborted request aborts its calls, only
 * safe calls are retried, and concurrent reads of the same key share one upstream call.
 */
export class BackendCalls {
  readonly #options: BackendCallsOptions;
  /** Reads in flight, by key. */
  readonly #flights = new Map<string, Flight<unknown>>();
  readonly #flightOptions: FlightOptions;
  readonly #budget = new RetryBudget();

  constructor(options: BackendCallsOptions) {
    const { service, timeoutMs, admission } = options;
    this.#options = options;
    this.#flightOptions = {
      ...{ service, timeoutMs },
      onAnswer: (scope) => admission.leave(scope),
      onEnd: (flight) => {
        const { key } = flight;
        if (key !== null && this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    };
  }

  /** A read. Concurrent reads of one key share one call, which is aborted when all readers abort. */
  read<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    return this.#admitted(scope, () => {
      const flight = this.#flights.get(key) ?? this.#sharedFlight(key, scope, attempt);
      return flight.join(scope) as Promise<T>;
    });
  }

  /**
   * A write. It is retried only after failures that `isRetryable` accepts; null sends it once. Reads
   * that start after the write ended never share a call that started before it.
   */
  async write<T>(
    scope: CallScope,
    isRetryable: IsRetryable | null,
    attempt: Attempt<T>,
  ): Promise<T> {
    scope.signal.throwIfAborted();
    let hasLeft = false;
    try {
      return await this.#admitted(scope, () => {
        const flight = this.#flight(scope, isRetryable ?? never, (signal, remainingMs) => {
          hasLeft = true;
          return attempt(signal, remainingMs);
        });
        return flight.join(scope);
      });
    } catch (error) {
      throw scope.signal.aborted && !hasLeft ? this.#neverLeft(error) : error;
    } finally {
      this.invalidate();
    }
  }

  /** The deadline passed while the call waited for its turn. */
  #neverLeft(cause: unknown): GatewayError {
    const { service } = this.#options;
    const message = `Too many calls of the ${service} API are in progress, so nothing was sent; try again.`;
    return new GatewayError('UNAVAILABLE', message, {
      ...{ service, retryable: true, nothingSent: true, cause },
    });
  }

  /** Prepares a call that follows, within the deadline. Admits or sheds its request. */
  prepare<T>(scope: CallScope, attempt: Attempt<T>): Promise<T> {
    const run: Run<T> = (signal, remaining) => this.#retry(signal, remaining, never, attempt);
    return this.#admitted(scope, () => new Flight(this.#flightOptions, run).join(scope), false);
  }

  /** Later reads do not share a call that is already in flight, because its result may be stale. */
  invalidate(): void {
    this.#flights.clear();
  }

  /** @param join joins a flight, which gives up the place when it answers */
  #admitted<T>(scope: CallScope, join: () => Promise<T>, isCounted = true): Promise<T> {
    const { admission, breaker } = this.#options;
    try {
      scope.signal.throwIfAborted();
      if (isCounted) scope.countCall?.();
      breaker.check();
      const waiting = admission.enter(scope);
      return waiting ? waiting.then(join) : join();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #sharedFlight<T>(key: string, scope: CallScope, attempt: Attempt<T>): Flight<T> {
    const flight = this.#flight(scope, always, attempt, key);
    this.#flights.set(key, flight);
    return flight;
  }

  #flight<T>(
    scope: CallScope,
    isRetryable: IsRetryable,
    attempt: Attempt<T>,
    key: string | null = null,
  ): Flight<T> {
    const run: Run<T> = (signal, remaining) => this.#retry(signal, remaining, isRetryable, attempt);
    return new Flight(this.#flightOptions, run, this.#options.lanes.turn(scope), key);
  }

  async #retry<T>(
    signal: CancelSignal,
    remaining: () => number,
    isRetryable: IsRetryable,
    attempt: Attempt<T>,
  ): Promise<T> {
    this.#budget.recordCall();
    for (let n = 1; ; n++) {
      try {
        return await attempt(signal, remaining());
      } catch (error) {
        const delay = BASE_DELAY_MS * 2 ** (n - 1) * (0.5 + Math.random() / 2);
        const isSafe = isUnavailable(error) && isRetryable(error);
        const hasTime = n < MAX_ATTEMPTS && delay < remaining();
        if (!isSafe || !hasTime || !this.#budget.take()) throw error;
        callRetried.publish({ service: this.#options.service });
        await pause(delay, signal);
      }
    }
  }
}

/** Whether a call may be retried after this UNAVAILABLE error. */
export type IsRetryable = (error: GatewayError) => boolean;

const always: IsRetryable = () => true;
const never: IsRetryable = () => false;

/** When the backend says how long to wait, the client decides whether to retry. */
function isUnavailable(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    error.code === 'UNAVAILABLE' &&
    error.retryable &&
    error.retryAfterMs === undefined
  );
}

/**
 * Runs `run` with a signal that aborts at the deadline or with `parent`. Rejects at the deadline even
 * when `run` ignores its signal, and always removes its timer and listener.
 */
export function withDeadline<T>(
  parent: CancelSignal,
  timeoutMs: number,
  service: BackendName,
  run: Run<T>,
): Promise<T> {
  return new Flight({ service, timeoutMs }, run).join({ signal: parent });
}
