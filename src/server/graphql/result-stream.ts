import type { ExecutionResult } from 'graphql';
import type { ExecuteOnce } from './execution.ts';
import type { RequestArgs } from './request-context.ts';

export type ResultStream = AsyncIterableIterator<ExecutionResult, undefined>;

/** Sends the JSON of a result. Calls `sent` asynchronously, with false when the client is gone. */
export type Deliver = (payload: string, sent: (isOut: boolean) => void) => void;

/**
 * Executes a query or mutation when the stream is first read, and sends its result with `deliver`.
 * The stream itself is empty; its reader can leave before the result is ready.
 */
export function deliverOnce(
  args: RequestArgs,
  executeOnce: ExecuteOnce,
  deliver: Deliver,
): ResultStream {
  const { contextValue } = args;
  let hasLeft = false;
  return resultStream({
    async next() {
      const answer = await executeOnce(args);
      if (hasLeft) return undefined;
      const isOut = await new Promise<boolean>((sent) => deliver(answer.stringify(), sent));
      if (isOut) contextValue.delivered();
      return undefined;
    },
    end() {
      hasLeft = true;
      contextValue.end();
    },
  });
}

/** Wraps a subscription in a stream that starts when it is first read. */
export function streamLazily(
  { contextValue }: RequestArgs,
  run: () => Promise<ResultStream | ExecutionResult>,
): ResultStream {
  let running: Promise<ResultStream | ExecutionResult> | undefined;
  let isRead = false;
  return resultStream({
    async next() {
      running ??= run();
      const result = await running;
      if (Symbol.asyncIterator in result) return (await result.next()).value;
      // The subscription failed: the stream has this one result.
      if (isRead) return undefined;
      isRead = true;
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
