import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Limits } from '../../domain/limits.ts';
import { subscriptionsChanged } from '../../domain/telemetry.ts';
import { runIn } from '../../domain/tracing.ts';
import { type Pullable, pullable, type Receiver } from '../../live/pull.ts';
import type { Logger } from '../../log.ts';
import { startOperationSpan } from '../telemetry/spans.ts';
import { ViewerSlots } from '../viewer-slots.ts';
import { checkRequest } from './limits/request-check.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';
import { type Deliver, type ResultStream, resultStream } from './result-stream.ts';
import { shareKey } from './share-key.ts';
import { type EventExecution, type EventResult, SharedExecutions } from './shared-executions.ts';

/**
 * Runs a GraphQL subscription and ends its context with it. With `deliver`, results of events are
 * sent through it, and the returned stream contains only the error of a source that failed.
 */
export type Subscribe = (
  args: RequestArgs,
  deliver?: Deliver,
) => Promise<ResultStream | ExecutionResult>;

/**
 * graphql-js executes every event with the context of the subscription. Here each event has its own,
 * so that no loader returns cached data of an earlier event, and equal subscriptions share one
 * execution per event. Events are read at the pace of the client; nothing is buffered.
 */
export function createSubscribe(limits: Limits, log: Logger): Subscribe {
  const executions = new SharedExecutions(limits.answerBytes);
  const slots = new ViewerSlots({
    limit: limits.subscriptionsPerViewer,
    name: 'subscriptions',
    onChange: (change) => subscriptionsChanged.publish(change),
  });
  return async (args, deliver) => {
    const { contextValue } = args;
    contextValue.record?.setOperation(args.document, args.operationName);
    const coded = (result: ExecutionResult) => publicResult(result, contextValue.errorScope);
    const slot = { release: (): void => {} };
    const span = startOperationSpan(args);
    const source = await runIn(span, () =>
      openSource(args, limits, () => {
        slot.release = slots.take(contextValue.viewer.subject);
      }),
    );
    if (!(Symbol.asyncIterator in source)) {
      slot.release();
      span?.end();
      const result = coded(source);
      contextValue.end();
      return result;
    }
    contextValue.keepOpen();
    const events = source[Symbol.asyncIterator]();
    const results: ResultsOf = (event) => {
      key = key === undefined ? shareKey(args) : key;
      return executions.execute(event, args, key, span);
    };
    let key: string | null | undefined;
    const reading = deliver
      ? new Delivery(pullable(events), results, deliver)
      : new Reading(events, results);

    return resultStream({
      async next() {
        try {
          return await (reading instanceof Delivery ? reading.run() : reading.next());
        } catch (error) {
          // The source failed: the error is the last result of the stream.
          const result = coded({ errors: [toGraphQLError(error)] });
          contextValue.end();
          return result;
        }
      },
      end() {
        slot.release();
        span?.end();
        contextValue.end();
        reading.end();
        // Not awaited: a source that is stuck in an await ends only when that settles.
        events
          .return?.()
          .catch((error: unknown) => log.debug({ err: error }, 'event source failed to end'));
      },
    });
  };
}

/** The events of a subscription, or why it cannot start. */
async function openSource(
  args: RequestArgs,
  limits: Limits,
  takeSlot: () => void,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  try {
    args.contextValue.record?.setCost(checkRequest(args, limits).values);
    takeSlot();
    return await createSourceEventStream(args);
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  }
}

type ResultsOf = (event: unknown) => EventExecution;

/** Returns the results of events one by one. */
class Reading {
  readonly #events: AsyncIterator<unknown>;
  readonly #results: ResultsOf;
  #isEnded = false;
  #cancelWait: (() => void) | undefined;

  constructor(events: AsyncIterator<unknown>, results: ResultsOf) {
    this.#events = events;
    this.#results = results;
  }

  /** The next result; undefined at the end, or after `end`. */
  async next(): Promise<ExecutionResult | undefined> {
    const event = await this.#events.next();
    if (event.done || this.#isEnded) return undefined;
    const execution = this.#results(event.value);
    const settled = execution.settled ?? (await this.#wait(execution));
    if (this.#isEnded || !settled) return undefined;
    // Yoga serialises where an exception would not be caught.
    const shown = { ...settled.result, stringify: () => withId(settled.payload(), event.value) };
    return shown;
  }

  end(): void {
    this.#isEnded = true;
    this.#cancelWait?.();
  }

  #wait(execution: EventExecution): Promise<EventResult | undefined> {
    return new Promise((resolve) => {
      this.#cancelWait = execution.wait(resolve);
    });
  }
}

/**
 * The data of a server-sent event, and its id: the cursor of the event. Yoga writes the text after
 * `data: `, and a line of JSON contains no line break, so another field can follow.
 */
function withId(payload: string, event: unknown): string {
  const isStored = typeof event === 'object' && event !== null && 'sequence' in event;
  return isStored ? `${payload}\nid: ${event.sequence}` : payload;
}

/** Delivers results of events without a promise for each: there may be thousands of subscribers. */
class Delivery implements Receiver<unknown> {
  readonly #events: Pullable<unknown>;
  readonly #results: ResultsOf;
  readonly #deliver: Deliver;
  readonly #ended = Promise.withResolvers<undefined>();
  #isEnded = false;
  #cancelWait: (() => void) | undefined;

  constructor(events: Pullable<unknown>, results: ResultsOf, deliver: Deliver) {
    this.#events = events;
    this.#results = results;
    this.#deliver = deliver;
  }

  /** Starts delivery. Resolves when the source ends or the client leaves; rejects with its error. */
  async run(): Promise<undefined> {
    if (this.#isEnded) return;
    this.#events.pull(this);
    await this.#ended.promise;
  }

  next(event: unknown): void {
    if (this.#isEnded) return;
    try {
      const execution = this.#results(event);
      if (execution.settled) this.#send(execution.settled);
      else this.#cancelWait = execution.wait((result) => this.#send(result));
    } catch (error) {
      this.end(error);
    }
  }

  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelWait?.();
    if (error === undefined) this.#ended.resolve(undefined);
    else this.#ended.reject(error);
  }

  #send(result: EventResult | undefined): void {
    try {
      if (this.#isEnded || !result) this.end();
      else this.#deliver(result.payload(), this.#sent);
    } catch (error) {
      // Other waiters of this result must still be called.
      this.end(error);
    }
  }

  readonly #sent = (isOut: boolean): void => {
    if (!isOut) this.end();
    else if (!this.#isEnded) this.#events.pull(this);
  };
}
