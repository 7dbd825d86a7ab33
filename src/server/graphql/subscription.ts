import { createSourceEventStream, type ExecutionResult } from 'graphql';
import { type Pullable, pullable, type Receiver } from '../../live/pull.ts';
import type { Logger } from '../../log.ts';
import { type ResultStream, resultStream } from './execution.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';
import { shareKey } from './share-key.ts';
import { type EventExecution, type EventResult, SharedExecutions } from './shared-executions.ts';

/** Sends the JSON of a result. Calls `sent` later, when the next one may come, or none any more. */
export type Deliver = (payload: string, sent: (isOut: boolean) => void) => void;

/**
 * Runs a GraphQL subscription, and ends its context with it. With `deliver`, the results of events go
 * there, and the stream holds what is left: why the source failed, if it did.
 */
export type Subscribe = (
  args: RequestArgs,
  deliver?: Deliver,
) => Promise<ResultStream | ExecutionResult>;

/**
 * graphql-js executes every event with the context of the first; here each event has one of its own,
 * so that no loader answers it from an earlier event's memory, and those who ask the same of an event
 * share its execution. The reader sets the pace: nothing is read ahead for it.
 */
export function createSubscribe(log: Logger): Subscribe {
  const executions = new SharedExecutions(log);
  return async (args, deliver) => {
    const { contextValue } = args;
    const coded = (result: ExecutionResult) =>
      publicResult(result, { requestId: contextValue.requestId, log });
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) {
      contextValue.end();
      return coded(source);
    }
    contextValue.lasting();
    const events = source[Symbol.asyncIterator]();
    const results: ResultsOf = (event) => {
      key = key === undefined ? shareKey(args) : key;
      return executions.execute(event, args, key);
    };
    let key: string | null | undefined;
    const reading = deliver
      ? new Delivery(pullable(events), results, deliver)
      : new Reading(events, results);

    return resultStream({
      async next() {
        try {
          return await reading.next();
        } catch (error) {
          // The source failed: the reader is told why, and that it was the last.
          contextValue.end();
          return coded({ errors: [toGraphQLError(error)] });
        }
      },
      end() {
        contextValue.end();
        reading.end();
        // A source may be stuck in an await, and end only when that does: nobody waits for it.
        events
          .return?.()
          .catch((error: unknown) => log.debug({ err: error }, 'source ended badly'));
      },
    });
  };
}

type ResultsOf = (event: unknown) => EventExecution;

/** Gives the results of events one by one. */
class Reading {
  readonly #events: AsyncIterator<unknown>;
  readonly #results: ResultsOf;
  #isOver = false;
  #leave: (() => void) | undefined;

  constructor(events: AsyncIterator<unknown>, results: ResultsOf) {
    this.#events = events;
    this.#results = results;
  }

  /** The next result; undefined when there is none, or when nobody waits for it any more. */
  async next(): Promise<ExecutionResult | undefined> {
    const event = await this.#events.next();
    if (event.done || this.#isOver) return undefined;
    const execution = this.#results(event.value);
    const settled = execution.settled ?? (await this.#wait(execution));
    if (this.#isOver || !settled) return undefined;
    // Yoga makes JSON where nobody catches what it throws.
    const shown = { ...settled.result, stringify: () => settled.payload() };
    return shown;
  }

  end(): void {
    this.#isOver = true;
    this.#leave?.();
  }

  #wait(execution: EventExecution): Promise<EventResult | undefined> {
    return new Promise((resolve) => {
      this.#leave = execution.wait(resolve);
    });
  }
}

/** Delivers the results of events, without a promise for each: there may be thousands who want it. */
class Delivery implements Receiver<unknown> {
  readonly #events: Pullable<unknown>;
  readonly #results: ResultsOf;
  readonly #deliver: Deliver;
  readonly #over = Promise.withResolvers<undefined>();
  #isOver = false;
  #leave: (() => void) | undefined;

  constructor(events: Pullable<unknown>, results: ResultsOf, deliver: Deliver) {
    this.#events = events;
    this.#results = results;
    this.#deliver = deliver;
  }

  /** Begins. Resolves when there is no result left, or nobody who wants it; rejects with the source. */
  async next(): Promise<undefined> {
    if (this.#isOver) return;
    this.#events.pull(this);
    await this.#over.promise;
  }

  take(event: unknown): void {
    if (this.#isOver) return;
    try {
      const execution = this.#results(event);
      if (execution.settled) this.#send(execution.settled);
      else this.#leave = execution.wait((result) => this.#send(result));
    } catch (error) {
      this.end(error);
    }
  }

  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave?.();
    if (error === undefined) this.#over.resolve(undefined);
    else this.#over.reject(error);
  }

  #send(result: EventResult | undefined): void {
    try {
      if (this.#isOver || !result) this.end();
      else this.#deliver(result.payload(), this.#sent);
    } catch (error) {
      // Others wait for the same result.
      this.end(error);
    }
  }

  readonly #sent = (isOut: boolean): void => {
    if (!isOut) this.end();
    else if (!this.#isOver) this.#events.pull(this);
  };
}
