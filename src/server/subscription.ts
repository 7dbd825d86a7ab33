import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Logger } from '../log.ts';
import { type ResultStream, resultStream } from './execution.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';
import { shareKey } from './share-key.ts';
import { type EventExecution, type EventResult, SharedExecutions } from './shared-executions.ts';

/** Sends the JSON of a result. Resolves when the next one may come; false: nobody reads any more. */
export type Deliver = (payload: string) => Promise<boolean>;

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
    const waiting = new Waiting();
    let key: string | null | undefined;

    return resultStream({
      async next() {
        try {
          for (;;) {
            const event = await events.next();
            if (event.done || waiting.isOver) return undefined;
            key = key === undefined ? shareKey(args) : key;
            const execution = executions.execute(event.value, args, key);
            const result = execution.settled ?? (await waiting.for(execution));
            if (!result || waiting.isOver) return undefined;
            if (!deliver) return result.result;
            if (!(await deliver(result.payload()))) return undefined;
          }
        } catch (error) {
          // The source failed: the reader is told why, and that it was the last.
          contextValue.end();
          return coded({ errors: [toGraphQLError(error)] });
        }
      },
      end() {
        contextValue.end();
        waiting.end();
        // A source may be stuck in an await, and end only when that does: nobody waits for it.
        events
          .return?.()
          .catch((error: unknown) => log.debug({ err: error }, 'source ended badly'));
      },
    });
  };
}

/** One subscriber's wait for a result, which it can leave. */
class Waiting {
  isOver = false;
  #leave: (() => void) | undefined;

  for(execution: EventExecution): Promise<EventResult | undefined> {
    return new Promise((resolve) => {
      this.#leave = execution.wait(resolve);
    });
  }

  end(): void {
    this.isOver = true;
    this.#leave?.();
  }
}
