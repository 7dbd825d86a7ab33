import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
} from 'graphql';
import type { Logger } from '../log.ts';
import { publicError } from './public-error.ts';
import type { RequestContext } from './request-context.ts';

export interface RequestArgs extends ExecutionArgs {
  readonly contextValue: RequestContext;
}

export type ResultStream = AsyncIterableIterator<ExecutionResult, undefined>;

/** Runs a query or mutation, and ends its context. */
export async function executeOnce(args: RequestArgs, log: Logger): Promise<ExecutionResult> {
  try {
    return withCodes(await execute(args), args.contextValue.requestId, log);
  } finally {
    args.contextValue.end();
  }
}

/**
 * Runs a GraphQL subscription, and ends its context with it. graphql-js executes every event with
 * the context of the first; here each event has one of its own, so that no loader answers it from
 * an earlier event's memory. The reader sets the pace: nothing is read ahead for it.
 */
export async function subscribePerEvent(
  args: RequestArgs,
  log: Logger,
): Promise<ResultStream | ExecutionResult> {
  const { contextValue } = args;
  const coded = (result: ExecutionResult) => withCodes(result, contextValue.requestId, log);
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) {
    contextValue.end();
    return coded(source);
  }
  contextValue.lasting();
  const events = source[Symbol.asyncIterator]();
  return resultStream({
    async next() {
      try {
        const event = await events.next();
        return event.done ? undefined : coded(await executeEvent(args, event.value));
      } catch (error) {
        // The source failed: the reader is told why, and that it was the last.
        contextValue.end();
        return coded({ errors: [toGraphQLError(error)] });
      }
    },
    end() {
      contextValue.end();
      // A source may be stuck in an await, and end only when that does: nobody waits for it.
      events.return?.().catch((error: unknown) => log.debug({ err: error }, 'source ended badly'));
    },
  });
}

/**
 * Runs anything as a stream that begins when it is first read. A query is a stream of one result:
 * then its reader can leave before the result is there, as it can leave a subscription.
 */
export function streamLazily(
  { contextValue }: RequestArgs,
  run: () => Promise<ResultStream | ExecutionResult>,
): ResultStream {
  let running: Promise<ResultStream | ExecutionResult> | undefined;
  let answered = false;
  return resultStream({
    async next() {
      running ??= run();
      const result = await running;
      if (Symbol.asyncIterator in result) return (await result.next()).value;
      const answer = answered ? undefined : result;
      answered = true;
      return answer;
    },
    end() {
      contextValue.end();
      running?.then(
        (result) => (Symbol.asyncIterator in result ? result.return?.() : undefined),
        () => {},
      );
    },
  });
}

interface ResultSource {
  /** The next result; undefined when there is none. */
  next(): Promise<ExecutionResult | undefined>;
  /** Called once, also while `next` waits. */
  end(): void;
}

function resultStream(source: ResultSource): ResultStream {
  let ended = false;
  function end(): IteratorReturnResult<undefined> {
    if (!ended) source.end();
    ended = true;
    return { done: true, value: undefined };
  }
  const stream: ResultStream = {
    async next() {
      const value = ended ? undefined : await source.next();
      // Whoever left while it waited is not told any more.
      return ended || value === undefined ? end() : { done: false, value };
    },
    return: async () => end(),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

/** The result as clients see it: every error has its code, and hides what is not for them. */
export function withCodes(
  result: ExecutionResult,
  requestId: string,
  log: Logger,
): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => publicError(error, { requestId, log }));
  return { ...result, errors };
}

async function executeEvent(args: RequestArgs, event: unknown): Promise<ExecutionResult> {
  const contextValue = args.contextValue.forEvent();
  try {
    return await execute({ ...args, rootValue: event, contextValue });
  } finally {
    contextValue.end();
  }
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
