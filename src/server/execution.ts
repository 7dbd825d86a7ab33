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

export interface StreamArgs extends ExecutionArgs {
  readonly contextValue: RequestContext;
}

/** Runs a query or mutation, and ends its context. */
export async function executeOnce(args: StreamArgs, log: Logger): Promise<ExecutionResult> {
  try {
    return withCodes(await execute(args), args.contextValue.requestId, log);
  } finally {
    args.contextValue.end();
  }
}

/**
 * Runs a GraphQL subscription. graphql-js executes every event with the context of the first; here
 * each event has one of its own, so that no loader answers it from an earlier event's memory.
 */
export async function subscribePerEvent(
  args: StreamArgs,
  log: Logger,
): Promise<AsyncIterableIterator<ExecutionResult, undefined> | ExecutionResult> {
  const { requestId } = args.contextValue;
  const coded = (result: ExecutionResult) => withCodes(result, requestId, log);
  const source = await createSourceEventStream({
    ...args,
    contextValue: args.contextValue.forStream(),
  });
  if (!(Symbol.asyncIterator in source)) return coded(source);
  const events = source[Symbol.asyncIterator]();
  let ended = false;

  const results: AsyncIterableIterator<ExecutionResult, undefined> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const event = await events.next();
        if (event.done) return { done: true, value: undefined };
        return { done: false, value: coded(await executeEvent(args, event.value)) };
      } catch (error) {
        // The source failed: the reader is told why, and that it was the last.
        ended = true;
        return { done: false, value: coded({ errors: [toGraphQLError(error)] }) };
      }
    },
    async return() {
      ended = true;
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
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

async function executeEvent(args: StreamArgs, event: unknown): Promise<ExecutionResult> {
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
