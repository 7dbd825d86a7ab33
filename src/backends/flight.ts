import { Cancellation, type CancelSignal } from '../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { activeSpan, type TraceContext } from '../domain/tracing.ts';
import type { Turn, Waiter } from './lanes.ts';

/** Must stop when `signal` aborts. `remaining` returns the milliseconds until the deadline. */
export type Run<T> = (signal: CancelSignal, remaining: () => number) => Promise<T>;

/** What the calls of one host have in common. */
export interface FlightOptions {
  readonly service: BackendName;
  /** Deadline of one call. It starts when the call leaves its lane. */
  readonly timeoutMs: number;
  /** Called once for each reader, just before it is answered. */
  readonly onAnswer?: (scope: Waiter) => void;
  /** Called once, when the call has ended or is aborted. */
  readonly onEnd?: (flight: Flight<unknown>) => void;
}

interface Reader<T> {
  readonly scope: Waiter;
  resolve(value: T): void;
  reject(reason: unknown): void;
  leave(): void;
}

/** A deadline that is noticed later than this was delayed by the gateway itself. */
const BLOCKED_MS = 50;

/**
 * A call and its readers. It starts with the first of them, waits for its turn, and then has to end
 * before its deadline. It is aborted when the last reader leaves before that. Its readers are answered
 * at once when it is aborted, even when `run` ignores its signal.
 */
export class Flight<T> {
  /** What the call reads; null when it is not shared. */
  readonly key: string | null;
  readonly #options: FlightOptions;
  /** The span of the reader that started the call. The call's attempts are its children. */
  readonly #trace: TraceContext | null = activeSpan()?.context ?? null;
  #readers: Reader<T>[] = [];
  #state: 'NEW' | 'STARTED' | 'ENDED' = 'NEW';
  #turn: Turn | null;
  #run: Run<T> | null;
  #cancellation: Cancellation | null = null;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param turn the place that the call waits for; null when it starts at once
   */
  constructor(
    options: FlightOptions,
    run: Run<T>,
    turn: Turn | null = null,
    key: string | null = null,
  ) {
    this.#options = options;
    this.#run = run;
    this.#turn = turn;
    this.key = key;
  }

  /** Resolves with the result of the call. Rejects with its error, or when the signal aborts. */
  join(scope: Waiter): Promise<T> {
    return new Promise((resolve, reject) => {
      const reader: Reader<T> = { scope, resolve, reject, leave: () => this.#leave(reader) };
      if (this.#readers.length > 0 && this.#trace) activeSpan()?.link(this.#trace);
      // A reader does not wait behind the other calls of the request that started this one.
      this.#turn?.wantedBy(scope);
      this.#readers.push(reader);
      scope.signal.addEventListener('abort', reader.leave, { once: true });
      if (scope.signal.aborted) reader.leave();
      else if (this.#state === 'NEW') this.#start();
    });
  }

  #leave(reader: Reader<T>): void {
    const { reason } = reader.scope.signal;
    this.#readers = this.#readers.filter((other) => other !== reader);
    this.#answer(reader);
    reader.reject(reason);
    if (this.#readers.length === 0) this.#abort(reason);
  }

  #start(): void {
    this.#state = 'STARTED';
    const waiting = this.#turn?.start();
    if (waiting) waiting.then(() => this.#send());
    else void this.#send();
  }

  async #send(): Promise<void> {
    const { timeoutMs } = this.#options;
    const endsAt = performance.now() + timeoutMs;
    const cancellation = new Cancellation();
    this.#cancellation = cancellation;
    this.#timer = setTimeout(() => {
      // The event loop was blocked: a response that has arrived is read before the immediate runs.
      if (performance.now() - endsAt > BLOCKED_MS) setImmediate(() => this.#expire());
      else this.#expire();
    }, timeoutMs);
    const remaining = (): number => Math.max(0, endsAt - performance.now());
    try {
      const value = await this.#run?.(cancellation, remaining);
      for (const reader of this.#end()) reader.resolve(value as T);
    } catch (error) {
      for (const reader of this.#end()) reader.reject(error);
    }
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
    this.#run = this.#turn = this.#cancellation = null;
    this.#timer = undefined;
    return readers;
  }

  #answer({ scope, leave }: Reader<T>): void {
    scope.signal.removeEventListener('abort', leave);
    this.#options.onAnswer?.(scope);
  }
}
