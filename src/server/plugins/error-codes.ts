import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../../log.ts';
import { withCodes } from '../execution.ts';

/**
 * Gives every error that leaves over HTTP its code, also of requests that could not be parsed.
 * Streams are coded event by event, where they are made.
 */
export function useErrorCodes(log: Logger, requestIdOf: (request: Request) => string): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      const requestId = requestIdOf(request);
      // Batching is off, so it is one result or one stream.
      if (isSingle(result)) setResult(withCodes(result, requestId, log));
    },
  };
}

function isSingle(result: object): result is ExecutionResult {
  return !Array.isArray(result) && !(Symbol.asyncIterator in result);
}
