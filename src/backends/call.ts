import type { CallScope } from '../domain/call-scope.ts';
import type { CancelSignal } from '../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { callRetried } from '../domain/telemetry.ts';
import type { Admission } from './admission.ts';
import type { Breaker } from './breaker.ts';
import {
  type Attempt,
  type Failure,
  Flight,
  type FlightOptions,
  type IsRetryable,
} from './flight.ts';
import type { Lanes } from './lanes.ts';
import { RetryBudget } from './retry-budget.ts';

export type { Attempt, IsRetryable } from './flight.ts';

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
      onSend: () => this.#budget.recordCall(),
      retryDelay: (failure) => this.#retryDelay(failure),
      onAnswer: (scope) => admission.leave(scope),
      onEnd: (flight) => {
        const { key } = flight;
        if (key !== null && this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    };
  }

  /** A read. Concurrent reads of one key share one call, which is aborted when all readers abort. */
  read<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    try {
      const waiting = this.#enter(scope);
      return waiting
        ? this.#readAfter(waiting, key, scope, attempt)
        : this.#share(key, scope, attempt);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #readAfter<T>(
    waiting: Promise<void>,
    key: string,
    scope: CallScope,
    attempt: Attempt<T>,
  ): Promise<T> {
    await waiting;
    return this.#share(key, scope, attempt);
  }

  #share<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    const flight = this.#flights.get(key) ?? this.#sharedFlight(key, scope, attempt);
    return flight.join(scope) as Promise<T>;
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
    const join = (): Promise<T> => new Flight(this.#flightOptions, attempt).join(scope);
    return this.#admitted(scope, join, false);
  }

  /** Later reads do not share a call that is already in flight, because its result may be stale. */
  invalidate(): void {
    this.#flights.clear();
  }

  /** @param join joins a flight, which gives up the place when it answers */
  #admitted<T>(scope: CallScope, join: () => Promise<T>, isCounted = true): Promise<T> {
    try {
      const waiting = this.#enter(scope, isCounted);
      return waiting ? waiting.then(join) : join();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Counts a call of a request, and takes its place. Null when it has that already.
   * @throws GatewayError when the call is refused
   */
  #enter(scope: CallScope, isCounted = true): Promise<void> | null {
    const { admission, breaker } = this.#options;
    scope.signal.throwIfAborted();
    if (isCounted) scope.countCall?.();
    breaker.check();
    return admission.enter(scope);
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
    return new Flight(
      this.#flightOptions,
      attempt,
      isRetryable,
      this.#options.lanes.turn(scope),
      key,
    );
  }

  #retryDelay({ error, attempts, remainingMs, isRetryable }: Failure): number | null {
    const delay = BASE_DELAY_MS * 2 ** (attempts - 1) * (0.5 + Math.random() / 2);
    const isSafe = isUnavailable(error) && isRetryable(error);
    const hasTime = attempts < MAX_ATTEMPTS && delay < remainingMs;
    if (!isSafe || !hasTime || !this.#budget.take()) return null;
    callRetried.publish({ service: this.#options.service });
    return delay;
  }
}

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
 * Runs `attempt` with a signal that aborts at the deadline or with `parent`. Rejects at the deadline even
 * when `attempt` ignores its signal, and always removes its timer and listener.
 */
export function withDeadline<T>(
  parent: CancelSignal,
  timeoutMs: number,
  service: BackendName,
  attempt: Attempt<T>,
): Promise<T> {
  return new Flight({ service, timeoutMs }, attempt).join({ signal: parent });
}
