import type { CallScope } from '../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { activeSpan, type TraceContext } from '../domain/tracing.ts';
import type { Turn } from './lanes.ts';

export interface FlightOptions<T> {
  readonly service: BackendName;
  /** Deadline of the call. It starts when the call leaves its lane. */
  readonly timeoutMs: number;
  /** The place that the call waits for; undefined when it starts at once. */
  readonly turn?: Turn | undefined;
  /** Must stop when `signal` aborts. `remaining` returns the milliseconds until the deadline. */
  readonly run: (signal: AbortSignal, remaining: () => number) => Promise<T>;
  /** Called once, when the call has ended or is aborted. */
  readonly onEnd?: (() => void) | undefined;
}

interface Reader<T> {
  readonly signal: AbortSignal;
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
  readonly #options: FlightOptions<T>;
  readonly #readers = new Set<Reader<T>>();
  /** The span of the reader that started the call. The call's attempts are its children. */
  readonly #trace: TraceContext | null = activeSpan()?.context ?? null;
  #state: 'NEW' | 'STARTED' | 'ENDED' = 'NEW';
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FlightOptions<T>) {
    this.#options = options;
  }

  /** Resolves with the result of the call. Rejects with its error, or when the signal aborts. */
  join(scope: Pick<CallScope, 'signal' | 'lane'>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { signal } = scope;
      const reader: Reader<T> = { signal, resolve, reject, leave: () => this.#leave(reader) };
      if (this.#readers.size > 0 && this.#trace) activeSpan()?.link(this.#trace);
      // A reader does not wait behind the other calls of the request that started this one.
      this.#options.turn?.wantedBy(scope);
      this.#readers.add(reader);
      signal.addEventListener('abort', reader.leave, { once: true });
      if (signal.aborted) reader.leave();
      else if (this.#state === 'NEW') this.#start();
    });
  }

  #leave(reader: Reader<T>): void {
    const { reason } = reader.signal;
    this.#readers.delete(reader);
    reader.reject(reason);
    if (this.#readers.size === 0) this.#abort(reason);
  }

  #start(): void {
    this.#state = 'STARTED';
    const waiting = this.#options.turn?.start();
    if (waiting) waiting.then(() => this.#run());
    else void this.#run();
  }

  async #run(): Promise<void> {
    const { timeoutMs, run } = this.#options;
    this.#controller = new AbortController();
    const endsAt = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => {
      // The event loop was blocked: a response that has arrived is read before the immediate runs.
      if (performance.now() - endsAt > BLOCKED_MS) setImmediate(() => this.#expire());
      else this.#expire();
    }, timeoutMs);
    const remaining = (): number => Math.max(0, endsAt - performance.now());
    try {
      const value = await run(this.#controller.signal, remaining);
      for (const reader of this.#end()) reader.resolve(value);
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
    const readers = this.#end();
    this.#controller?.abort(reason);
    for (const reader of readers) reader.reject(reason);
  }

  /** Returns the readers that have not been answered; none when the call has ended before. */
  #end(): Reader<T>[] {
    if (this.#state === 'ENDED') return [];
    this.#state = 'ENDED';
    clearTimeout(this.#timer);
    this.#options.turn?.end();
    this.#options.onEnd?.();
    const readers = [...this.#readers];
    for (const { signal, leave } of readers) signal.removeEventListener('abort', leave);
    return readers;
  }
}
