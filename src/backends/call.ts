import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { callRetried } from '../domain/telemetry.ts';
import type { Admission } from './admission.ts';
import type { Breaker } from './breaker.ts';
import { Flight } from './flight.ts';
import type { Lanes, Turn } from './lanes.ts';
import { RetryBudget } from './retry-budget.ts';

/** One attempt at a call. It must stop when `signal` aborts; the deadline is in `remainingMs`. */
export type Attempt<T> = (signal: AbortSignal, remainingMs: number) => Promise<T>;

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
/** A deadline that is noticed later than this was delayed by the gateway itself. */
const BLOCKED_MS = 50;

/**
 * Calls of one backend host. A call waits until its request is admitted and until its turn comes in
 * its request's lane. Then one deadline covers all attempts, an aborted request aborts its calls, only
 * safe calls are retried, and concurrent reads of the same key share one upstream call.
 */
export class BackendCalls {
  readonly #options: BackendCallsOptions;
  readonly #flights = new Map<string, Flight>();
  readonly #budget = new RetryBudget();

  constructor(options: BackendCallsOptions) {
    this.#options = options;
  }

  /** A read. Concurrent reads of one key share one call, which is aborted when all readers abort. */
  read<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    return this.#admitted(scope, () => {
      const flight = this.#flights.get(key) ?? this.#startFlight(key, scope, attempt);
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
        const turn = this.#options.lanes.turn(scope);
        return following(scope.signal, (controller) =>
          this.#atTurn(turn, controller, isRetryable ?? never, (signal, remainingMs) => {
            hasLeft = true;
            return attempt(signal, remainingMs);
          }),
        );
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
    const { service, timeoutMs } = this.#options;
    const call = () =>
      withDeadline(scope.signal, timeoutMs, service, (signal, remaining) =>
        this.#retry(signal, remaining, never, attempt),
      );
    return this.#admitted(scope, call, false);
  }

  /** Later reads do not share a call that is already in flight, because its result may be stale. */
  invalidate(): void {
    this.#flights.clear();
  }

  async #admitted<T>(scope: CallScope, call: () => Promise<T>, isCounted = true): Promise<T> {
    const { admission, breaker } = this.#options;
    scope.signal.throwIfAborted();
    if (isCounted) scope.countCall?.();
    breaker.check();
    const waiting = admission.enter(scope);
    if (waiting) await waiting;
    try {
      return await call();
    } finally {
      admission.leave(scope);
    }
  }

  #startFlight<T>(key: string, scope: CallScope, attempt: Attempt<T>): Flight {
    const turn = this.#options.lanes.turn(scope);
    const flight: Flight = new Flight(
      turn,
      (controller) => this.#atTurn(turn, controller, always, attempt),
      () => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    );
    this.#flights.set(key, flight);
    return flight;
  }

  #atTurn<T>(
    turn: Turn,
    controller: AbortController,
    isRetryable: IsRetryable,
    attempt: Attempt<T>,
  ): Promise<T> {
    const waiting = turn.start(controller.signal);
    const run = () =>
      underDeadline(
        controller,
        this.#options,
        (signal, remaining) => this.#retry(signal, remaining, isRetryable, attempt),
        () => turn.end(),
      );
    return waiting ? waiting.then(run) : run();
  }

  async #retry<T>(
    signal: AbortSignal,
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

/** Runs `run` with a controller that also aborts with `parent`. */
async function following<T>(
  parent: AbortSignal,
  run: (controller: AbortController) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  try {
    return await run(controller);
  } finally {
    parent.removeEventListener('abort', follow);
  }
}

/**
 * Runs `run` with a signal that aborts at the deadline or with `parent`. Rejects at the deadline even
 * when `run` ignores its signal, and always removes its timer and listener.
 */
export function withDeadline<T>(
  parent: AbortSignal,
  timeoutMs: number,
  service: BackendName,
  run: (signal: AbortSignal, remaining: () => number) => Promise<T>,
): Promise<T> {
  return following(parent, (controller) => underDeadline(controller, { service, timeoutMs }, run));
}

/**
 * Runs `run` with the controller's signal, which aborts at the deadline. Rejects when the signal aborts,
 * even when `run` ignores it, and always removes its timer.
 * @param onEnd called once, before it settles
 */
function underDeadline<T>(
  controller: AbortController,
  { service, timeoutMs }: Pick<BackendCallsOptions, 'service' | 'timeoutMs'>,
  run: (signal: AbortSignal, remaining: () => number) => Promise<T>,
  onEnd: () => void = () => {},
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  const expire = (): void => controller.abort(deadlineExceeded(service, timeoutMs));
  const timer = setTimeout(() => {
    // The event loop was blocked: a response that has arrived is read before the immediate runs.
    if (performance.now() - endsAt > BLOCKED_MS) setImmediate(expire);
    else expire();
  }, timeoutMs);
  const remaining = (): number => Math.max(0, endsAt - performance.now());
  const end = (): void => {
    clearTimeout(timer);
    onEnd();
  };
  try {
    return abortable(run(controller.signal, remaining), controller.signal, end);
  } catch (error) {
    end();
    return Promise.reject(error);
  }
}

function deadlineExceeded(service: BackendName, timeoutMs: number): GatewayError {
  const message = `The ${service} API did not respond within ${timeoutMs} ms.`;
  return new GatewayError('DEADLINE_EXCEEDED', message, { service, retryable: true });
}
