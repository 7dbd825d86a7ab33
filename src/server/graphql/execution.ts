import { type ExecutionResult, execute } from 'graphql';
import type { Logger } from '../../log.ts';
import { publicResult } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

export type ResultStream = AsyncIterableIterator<ExecutionResult, undefined>;

/** Executes a query or mutation and ends its context. */
export async function executeOnce(args: RequestArgs, log: Logger): Promise<ExecutionResult> {
  try {
    const { requestId } = args.contextValue;
    return publicResult(await execute(args), { requestId, log });
  } finally {
    args.contextValue.end();
  }
}

/**
 * Wraps an execution in a stream that starts when it is first read. A query becomes a stream of one
 * result, so that its reader can leave before the result is ready, as with a subscription.
 * @param isConnected whether the connection is open that results are written to
 */
export function streamLazily(
  { contextValue }: RequestArgs,
  run: () => Promise<ResultStream | ExecutionResult>,
  isConnected: () => boolean,
): ResultStream {
  let running: Promise<ResultStream | ExecutionResult> | undefined;
  let isDelivered = false;
  return resultStream({
    async next() {
      running ??= run();
      const result = await running;
      if (Symbol.asyncIterator in result) return (await result.next()).value;
      if (isDelivered) {
        // The reader asks for more only after the result was written.
        if (isConnected()) contextValue.delivered();
        return undefined;
      }
      isDelivered = true;
      return result;
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
  /** The next result; undefined at the end. */
  next(): Promise<ExecutionResult | undefined>;
  /** Called once, possibly while `next` is pending. */
  end(): void;
}

/** A stream that its source or its reader can end, the reader also while it waits. */
export function resultStream(source: ResultSource): ResultStream {
  let ended = false;
  let leave: (() => void) | undefined;
  function end(): IteratorReturnResult<undefined> {
    if (!ended) source.end();
    ended = true;
    leave?.();
    return { done: true, value: undefined };
  }
  const stream: ResultStream = {
    async next() {
      const value = ended
        ? undefined
        : await new Promise<ExecutionResult | undefined>((resolve, reject) => {
            leave = () => resolve(undefined);
            source.next().then(resolve, reject);
          });
      // A reader that left while it waited gets no result.
      return ended || value === undefined ? end() : { done: false, value };
    },
    return: async () => end(),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
