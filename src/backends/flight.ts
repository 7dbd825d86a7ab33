import { pause } from '../domain/call-scope.ts';
import { Cancellation, type CancelSignal } from '../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { activeSpan, continueIn, type Span } from '../domain/tracing.ts';
import type { Turn, Waiter, WaitingCall } from './lanes.ts';

/** One attempt at a call. It must stop when `signal` aborts; the deadline is in `remainingMs`. */
export type Attempt<T> = (signal: CancelSignal, remainingMs: number) => Promise<T>;

/** Whether a call may be retried after this UNAVAILABLE error. */
export type IsRetryable = (error: GatewayError) => boolean;

/** An attempt that failed. */
export interface Failure {
  readonly error: unknown;
  /** Attempts so far. */
  readonly attempts: number;
  /** Until the deadline of the call. */
  readonly remainingMs: number;
  readonly isRetryable: IsRetryable;
}

/** What the calls of one host have in common. */
export interface FlightOptions {
  readonly service: BackendName;
  /** Deadline of one call. It starts when the call leaves its lane. */
  readonly timeoutMs: number;
  /** Called when the call is sent for the first time. */
  readonly onSend?: () => void;
  /** Milliseconds to wait before the next attempt; null when the failure is that of the call. */
  readonly retryDelay?: (failure: Failure) => number | null;
  /** Called once for each reader, just before it is answered. */
  readonly onAnswer?: (scope: Waiter) => void;
  /** Called once, when the call has ended or is aborted. */
  readonly onEnd?: (flight: Flight<unknown>) => void;
}

/** A deadline that is noticed later than this was delayed by the gateway itself. */
const BLOCKED_MS = 50;

const never: IsRetryable = () => false;

/** A method, so that a flight of any type is one of unknown type. */
interface Resolvable<T> {
  resolve(value: T): void;
}

/** Listens for the end of its own request. */
class Reader<T> implements Resolvable<T> {
  readonly scope: Waiter;
  readonly resolve: Resolvable<T>['resolve'];
  readonly reject: (reason: unknown) => void;
  readonly #flight: Flight<T>;

  constructor(
    flight: Flight<T>,
    scope: Waiter,
    resolve: Resolvable<T>['resolve'],
    reject: (reason: unknown) => void,
  ) {
    this.#flight = flight;
    this.scope = scope;
    this.resolve = resolve;
    this.reject = reject;
  }

  handleEvent(): void {
    this.#flight.leave(this);
  }
}

/**
 * A call and its readers. It starts with the first of them, waits for its turn, and then has to end
 * before its deadline, with all its attempts. It is aborted when the last reader leaves before that.
 * Its readers are answered at once when it is aborted, even when an attempt ignores its signal.
 *
 * A list makes hundreds of calls, so a call that succeeds takes as few promises, closures and objects
 * as it can.
 */
export class Flight<T> implements WaitingCall {
  /** What the call reads; null when it is not shared. */
  readonly key: string | null;
  readonly #options: FlightOptions;
  /** The span of the reader that started the call. The call's attempts are its children. */
  #span: Span | null = activeSpan();
  readonly #isRetryable: IsRetryable;
  #readers: Reader<T>[] = [];
  #state: 'NEW' | 'STARTED' | 'ENDED' = 'NEW';
  #turn: Turn | null;
  #attempt: Attempt<T> | null;
  #attempts = 0;
  #cancellation: Cancellation | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** By `performance.now()`. */
  #endsAt = 0;

  /**
   * @param turn the place that the call waits for; null when it starts at once
   */
  constructor(
    options: FlightOptions,
    attempt: Attempt<T>,
    isRetryable: IsRetryable = never,
    turn: Turn | null = null,
    key: string | null = null,
  ) {
    this.#options = options;
    this.#attempt = attempt;
    this.#isRetryable = isRetryable;
    this.#turn = turn;
    this.key = key;
  }

  /** Resolves with the result of the call. Rejects with its error, or when the signal aborts. */
  join(scope: Waiter): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#add(new Reader<T>(this, scope, resolve, reject));
    });
  }

  #add(reader: Reader<T>): void {
    const { scope } = reader;
    if (this.#readers.length > 0 && this.#span) activeSpan()?.link(this.#span.context);
    // A reader does not wait behind the other calls of the request that started this one.
    this.#turn?.wantedBy(scope);
    this.#readers.push(reader);
    scope.signal.addEventListener('abort', reader, { once: true });
    if (scope.signal.aborted) this.leave(reader);
    else if (this.#state === 'NEW') this.#start();
  }

  /** Called by a reader whose signal aborts. */
  leave(reader: Reader<T>): void {
    const { reason } = reader.scope.signal;
    this.#readers = this.#readers.filter((other) => other !== reader);
    this.#answer(reader);
    reader.reject(reason);
    if (this.#readers.length === 0) this.#abort(reason);
  }

  #start(): void {
    this.#state = 'STARTED';
    if (!this.#turn || this.#turn.start(this)) this.#send();
  }

  /** Called when another call has ended, in the trace of that call. */
  turnCame(): void {
    continueIn(this.#span, () => this.#send());
  }

  #send(): void {
    if (this.#state === 'ENDED') return;
    const { timeoutMs, onSend } = this.#options;
    this.#endsAt = performance.now() + timeoutMs;
    this.#cancellation = new Cancellation();
    this.#timer = setTimeout(Flight.#onDeadline, timeoutMs, this);
    onSend?.();
    this.#try();
  }

  #try(): void {
    const attempt = this.#attempt;
    const cancellation = this.#cancellation;
    if (!attempt || !cancellation) return;
    this.#attempts++;
    try {
      attempt(cancellation, this.#remainingMs()).then(
        (value) => this.#succeed(value),
        (error: unknown) => this.#failed(error),
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  #remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  #succeed(value: T): void {
    for (const reader of this.#end()) reader.resolve(value);
  }

  #failed(error: unknown): void {
    const cancellation = this.#cancellation;
    if (!cancellation) return;
    const delayMs = this.#options.retryDelay?.({
      ...{ error, attempts: this.#attempts, remainingMs: this.#remainingMs() },
      isRetryable: this.#isRetryable,
    });
    if (delayMs == null) this.#reject(error);
    else pause(delayMs, cancellation).then(() => this.#try(), nothing);
  }

  #reject(reason: unknown): void {
    for (const reader of this.#end()) reader.reject(reason);
  }

  /** Static, so that a call needs no closure for it. */
  static #onDeadline<T>(flight: Flight<T>): void {
    // The event loop was blocked: a response that has arrived is read before the immediate runs.
    if (performance.now() - flight.#endsAt > BLOCKED_MS) setImmediate(() => flight.#expire());
    else flight.#expire();
  }

  #expire(): void {
    const { service, timeoutMs } = this.#options;
    const message = `The ${service} API did not respond within ${timeoutMs} ms.`;
    const details = { service, retryable: true };
    this.#abort(new GatewayError('DEADLINE_EXCEEDED', message, details));
  }

  #abort(reason: unknown): void {
    if (this.#state === 'ENDED') return;
    const cancellation = this.#cancellation;
    const readers = this.#end();
    cancellation?.abort(reason);
    for (const reader of readers) reader.reject(reason);
  }

  /**
   * Returns the readers that are to be answered; none when the call has ended before. Keeps nothing
   * else: V8 can keep a flight that was deleted from a Map until its next full collection.
   */
  #end(): readonly Reader<T>[] {
    if (this.#state === 'ENDED') return [];
    this.#state = 'ENDED';
    clearTimeout(this.#timer);
    this.#turn?.end();
    this.#options.onEnd?.(this);
    const readers = this.#readers;
    for (const reader of readers) this.#answer(reader);
    this.#readers = [];
    this.#attempt = this.#turn = this.#cancellation = this.#span = null;
    this.#timer = undefined;
    return readers;
  }

  #answer(reader: Reader<T>): void {
    const { scope } = reader;
    scope.signal.removeEventListener('abort', reader);
    this.#options.onAnswer?.(scope);
  }
}

/** The call was aborted while it waited for its next attempt, and its readers know. */
function nothing(): void {}
