import { type ExecutionResult, execute } from 'graphql';
import { runIn, type Span, startSpan } from '../../domain/tracing.ts';
import { completed } from './execution.ts';
import { boundedJson, tooLong } from './limits/answer-json.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

/**
 * Milliseconds from the start of an execution for which its result is shared. The same event may be
 * read again later, when backend data has changed.
 */
const SHARED_MS = 250;

/** The result of an event for all subscriptions with the same share key. */
export interface EventResult {
  readonly result: ExecutionResult;
  /** The result as JSON, serialised once. */
  payload(): string;
}

/** Called with undefined when the wait is cancelled. */
type Waiter = (result: EventResult | undefined) => void;

export interface EventExecution {
  /** The result; undefined while it is pending. */
  readonly settled: EventResult | undefined;
  /** Calls `waiter` with the result. The returned function cancels the wait. */
  wait(waiter: Waiter): () => void;
}

/** Executes an event once for all subscriptions that share a key. */
export class SharedExecutions {
  readonly #maxBytes: number;
  readonly #byEvent = new WeakMap<object, Map<string, Execution>>();

  /** @param maxBytes the longest result of an event */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param key the share key; null disables sharing
   * @param subscription the span of the subscription; an execution belongs to the first one
   */
  execute(
    event: unknown,
    args: RequestArgs,
    key: string | null,
    subscription: Span | null,
  ): EventExecution {
    if (key === null || typeof event !== 'object' || event === null) {
      return new Execution(event, args, this.#maxBytes, subscription);
    }
    const executions = this.#byEvent.get(event) ?? new Map<string, Execution>();
    this.#byEvent.set(event, executions);
    const running = executions.get(key);
    if (running?.isShareable()) return running;
    const started = new Execution(event, args, this.#maxBytes, subscription);
    executions.set(key, started);
    return started;
  }
}

/** Has its own context, which ends when its last waiter leaves. */
class Execution implements EventExecution {
  settled: EventResult | undefined;
  readonly #startedAt = performance.now();
  readonly #waiters = new Set<Waiter>();
  readonly #end: () => void;
  readonly #maxBytes: number;
  #isCancelled = false;

  constructor(event: unknown, args: RequestArgs, maxBytes: number, subscription: Span | null) {
    this.#maxBytes = maxBytes;
    const contextValue = args.contextValue.forEvent();
    this.#end = () => contextValue.end();
    const span = subscription && startSpan({ name: 'subscription event' }, subscription);
    const settle = (result: ExecutionResult): void => {
      span?.end();
      this.#settle(publicResult(completed(result, contextValue.meter), contextValue.errorScope));
    };
    const result = runIn(span, () => execute({ ...args, rootValue: event, contextValue }));
    // Most events need no backend call and settle synchronously.
    if (!(result instanceof Promise)) settle(result);
    else result.then(settle, (error) => settle({ errors: [toGraphQLError(error)] }));
  }

  isShareable(): boolean {
    if (this.#isCancelled) return false;
    return !this.settled || performance.now() - this.#startedAt < SHARED_MS;
  }

  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    return () => {
      if (!this.#waiters.delete(waiter)) return;
      waiter(undefined);
      if (this.#waiters.size > 0) return;
      this.#isCancelled = true;
      this.#end();
    };
  }

  #settle(result: ExecutionResult): void {
    this.settled = new SharedResult(result, this.#maxBytes);
    this.#end();
    for (const waiter of this.#waiters) waiter(this.settled);
    this.#waiters.clear();
  }
}

class SharedResult implements EventResult {
  readonly result: ExecutionResult;
  readonly #maxBytes: number;
  #payload: string | undefined;

  constructor(result: ExecutionResult, maxBytes: number) {
    this.result = result;
    this.#maxBytes = maxBytes;
  }

  payload(): string {
    this.#payload ??= boundedJson(this.result, this.#maxBytes) ?? this.#refusal();
    return this.#payload;
  }

  /** An error instead of an event that is too long, so that the stream continues. */
  #refusal(): string {
    const extensions = { code: 'BAD_USER_INPUT', retryable: false };
    return JSON.stringify({ errors: [{ message: tooLong(this.#maxBytes), extensions }] });
  }
}
