import { type ExecutionResult, execute } from 'graphql';
import type { Logger } from '../../log.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

/**
 * How long a result is good for others, in milliseconds from the beginning of its execution: an
 * event may be kept and be read again, and who comes later is to see what is true then.
 */
const SHARED_MS = 250;

/** What an event is to everyone who asked the same of it. */
export interface EventResult {
  readonly result: ExecutionResult;
  /** The result as JSON, which is made once. */
  payload(): string;
}

/** Called with undefined when it is not waited for any more. */
type Waiter = (result: EventResult | undefined) => void;

export interface EventExecution {
  /** The result, as soon as it is there. */
  readonly settled: EventResult | undefined;
  /** Has `waiter` called with the result. Until then, the returned function calls it without one. */
  wait(waiter: Waiter): () => void;
}

/** Executes an event once for everyone who asks the same of it at the same time. */
export class SharedExecutions {
  readonly #log: Logger;
  readonly #byEvent = new WeakMap<object, Map<string, Execution>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param key says what is asked of the event, and by whom; null when nobody can ask the same */
  execute(event: unknown, args: RequestArgs, key: string | null): EventExecution {
    if (key === null || typeof event !== 'object' || event === null) {
      return new Execution(event, args, this.#log);
    }
    const executions = this.#byEvent.get(event) ?? new Map<string, Execution>();
    this.#byEvent.set(event, executions);
    const running = executions.get(key);
    if (running?.isShareable()) return running;
    const started = new Execution(event, args, this.#log);
    executions.set(key, started);
    return started;
  }
}

/** It has a context of its own: it ends with the last of those who wait for it, not with the first. */
class Execution implements EventExecution {
  settled: EventResult | undefined;
  readonly #startedAt = performance.now();
  readonly #waiters = new Set<Waiter>();
  readonly #end: () => void;
  #isGivenUp = false;

  constructor(event: unknown, args: RequestArgs, log: Logger) {
    const contextValue = args.contextValue.forEvent();
    this.#end = () => contextValue.end();
    const settle = (result: ExecutionResult): void =>
      this.#settle(publicResult(result, { requestId: contextValue.requestId, log }));
    const result = execute({ ...args, rootValue: event, contextValue });
    // Most events are filled from what they hold: nobody has to wait then.
    if (!(result instanceof Promise)) settle(result);
    else result.then(settle, (error) => settle({ errors: [toGraphQLError(error)] }));
  }

  isShareable(): boolean {
    if (this.#isGivenUp) return false;
    return !this.settled || performance.now() - this.#startedAt < SHARED_MS;
  }

  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    return () => {
      if (!this.#waiters.delete(waiter)) return;
      waiter(undefined);
      if (this.#waiters.size > 0) return;
      this.#isGivenUp = true;
      this.#end();
    };
  }

  #settle(result: ExecutionResult): void {
    this.settled = new SharedResult(result);
    this.#end();
    for (const waiter of this.#waiters) waiter(this.settled);
    this.#waiters.clear();
  }
}

class SharedResult implements EventResult {
  readonly result: ExecutionResult;
  #payload: string | undefined;

  constructor(result: ExecutionResult) {
    this.result = result;
  }

  payload(): string {
    this.#payload ??= jsonOf(this.result);
    return this.#payload;
  }
}

/** The longest answer to an event, in characters. */
const MAX_PAYLOAD = 32_000_000;

/** What is too long to be sent, or for a string at all, is told so: the stream goes on. */
function jsonOf(result: ExecutionResult): string {
  try {
    const json = JSON.stringify(payloadOf(result));
    if (json.length <= MAX_PAYLOAD) return json;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const message = 'The answer is too long to be sent: ask for less.';
  const extensions = { code: 'BAD_USER_INPUT', retryable: false };
  return JSON.stringify({ errors: [{ message, extensions }] });
}

/** As graphql-ws has it: the errors come last, and only when there are any. */
function payloadOf({ errors, ...rest }: ExecutionResult) {
  return errors ? { ...rest, errors: errors.map((error) => error.toJSON()) } : rest;
}
