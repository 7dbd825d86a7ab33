import { type ExecutionResult, execute } from 'graphql';
import type { Logger } from '../../log.ts';
import { publicResult } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

export type ResultStream = AsyncIterableIterator<ExecutionResult, undefined>;

/** Runs a query or mutation, and ends its context. */
export async function executeOnce(args: RequestArgs, log: Logger): Promise<ExecutionResult> {
  try {
    const { requestId } = args.contextValue;
    return publicResult(await execute(args), { requestId, log });
  } finally {
    args.contextValue.end();
  }
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

/** A stream that ends once, whoever ends it: the source, or its reader, also while that waits. */
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
      // Whoever left while it waited is not told any more.
      return ended || value === undefined ? end() : { done: false, value };
    },
    return: async () => end(),
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
