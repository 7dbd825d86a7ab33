import { abortable, type CallScope, pause } from '../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';

/** One attempt at a call. It must stop when `signal` aborts; the deadline is in `remainingMs`. */
export type Attempt<T> = (signal: AbortSignal, remainingMs: number) => Promise<T>;

export interface BackendCallsOptions {
  readonly service: BackendName;
  /** Deadline of one call, including its retries. */
  readonly timeoutMs: number;
}

const MAX_ATTEMPTS = 3;
/** Delay before the second attempt. It doubles with each attempt; jitter removes up to half. */
const BASE_DELAY_MS = 100;

/**
 * Calls of one backend: one deadline covers all attempts, an aborted request aborts its calls, only
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
  async read<T>(key: string, scope: CallScope, attempt: Attempt<T>): Promise<T> {
    scope.signal.throwIfAborted();
    scope.countCall?.();
    const flight = this.#flights.get(key) ?? this.#startFlight(key, attempt);
    return flight.join(scope.signal) as Promise<T>;
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
    scope.countCall?.();
    try {
      return await this.#withDeadline(scope.signal, isRetryable ?? never, attempt);
    } finally {
      this.invalidate();
    }
  }

  /** Later reads do not share a call that is already in flight, because its result may be stale. */
  invalidate(): void {
    this.#flights.clear();
  }

  #startFlight<T>(key: string, attempt: Attempt<T>): Flight {
    const flight: Flight = new Flight(
      (signal) => this.#withDeadline(signal, always, attempt),
      () => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    );
    this.#flights.set(key, flight);
    return flight;
  }

  #withDeadline<T>(parent: AbortSignal, isRetryable: IsRetryable, attempt: Attempt<T>): Promise<T> {
    const { service, timeoutMs } = this.#options;
    return withDeadline(parent, timeoutMs, service, (signal, remaining) =>
      this.#retry(signal, remaining, isRetryable, attempt),
    );
  }

  async #retry<T>(
    signal: AbortSignal,
    remaining: () => number,
    isRetryable: IsRetryable,
    attempt: Attempt<T>,
  ): Promise<T> {
    for (let n = 1; ; n++) {
      try {
        const value = await attempt(signal, remaining());
        this.#budget.recordSuccess();
        return value;
      } catch (error) {
        const delay = BASE_DELAY_MS * 2 ** (n - 1) * (0.5 + Math.random() / 2);
        const isSafe = isUnavailable(error) && isRetryable(error);
        const hasTime = n < MAX_ATTEMPTS && delay < remaining();
        if (!isSafe || !this.#budget.recordFailure() || !hasTime) throw error;
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
 * Retry throttling as in gRPC proposal A6: a failure costs one token, a success returns a tenth, and
 * retries stop while half of the tokens or fewer are left, so that retries do not amplify an outage.
 */
class RetryBudget {
  static readonly #max = 100;
  #tokens = RetryBudget.#max;

  recordSuccess(): void {
    this.#tokens = Math.min(RetryBudget.#max, this.#tokens + 0.1);
  }

  /** Returns whether the budget allows a retry. */
  recordFailure(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > RetryBudget.#max / 2;
  }
}

/** A call shared by several readers; it is aborted when the last reader leaves. */
class Flight {
  readonly #controller = new AbortController();
  readonly #result: Promise<unknown>;
  readonly #onEnd: () => void;
  #readers = 0;

  constructor(start: (signal: AbortSignal) => Promise<unknown>, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#result = start(this.#controller.signal).finally(onEnd);
    // All readers may have aborted, so nothing else handles the rejection.
    this.#result.catch(() => {});
  }

  async join(signal: AbortSignal): Promise<unknown> {
    this.#readers++;
    try {
      return await abortable(this.#result, signal);
    } finally {
      this.#readers--;
      if (this.#readers === 0) {
        this.#onEnd();
        this.#controller.abort(signal.reason);
      }
    }
  }
}

/**
 * Runs `run` with a signal that aborts at the deadline or with `parent`. Rejects at the deadline even
 * when `run` ignores its signal, and always removes its timer and listener.
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

function deadlineExceeded(service: BackendName, timeoutMs: number): GatewayError {
  const message = `The ${service} API did not respond within ${timeoutMs} ms.`;
  return new GatewayError('DEADLINE_EXCEEDED', message, { service, retryable: true });
}
