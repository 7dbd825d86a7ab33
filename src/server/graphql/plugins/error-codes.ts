import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../../domain/error.ts';
import type { Logger } from '../../../log.ts';
import { errorBody, publicResult } from '../public-error.ts';
import type { ServerContext } from '../request-context.ts';

const statuses: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  FAILED_PRECONDITION: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  INTERNAL_SERVER_ERROR: 500,
};

/** What refused requests that never became GraphQL are told. */
const refusals: Readonly<Record<number, string>> = {
  405: 'Only GET and POST are served.',
  406: 'Accept application/graphql-response+json, application/json, or for a subscription text/event-stream.',
  415: 'Send application/json.',
};

/**
 * Gives every error that leaves over HTTP its code and its status, also of requests that could not
 * be parsed. Streams are coded event by event, where they are made.
 */
export function useErrorCodes(log: Logger): Plugin<object, ServerContext> {
  return {
    onResultProcess({ result, setResult, serverContext: { requestId } }) {
      // Batching is off, so it is one result or one stream.
      if (!isSingle(result) || !result.errors) return;
      const coded = publicResult(result, { requestId, log });
      coded.errors?.forEach((error, index) => {
        const http = httpOf(result, result.errors?.[index], error);
        if (http) error.extensions['http'] = http;
      });
      setResult(coded);
    },
    onResponse({ response, setResponse, fetchAPI, serverContext: { requestId } }) {
      const { status, headers } = response;
      if (status < 400 || response.body) return;
      headers.set('content-type', 'application/json');
      const body = errorBody('BAD_USER_INPUT', refusals[status] ?? 'Not served.', requestId);
      setResponse(new fetchAPI.Response(body, { status, headers }));
    },
  };
}

/** How the library is told the status of the response; nothing of it reaches the client. */
interface HttpExtension {
  readonly status?: number;
  /** Answered with 200 to clients that accept application/json only, as the specification has it. */
  readonly spec?: boolean;
}

function httpOf(
  { data }: ExecutionResult,
  given: GraphQLError | undefined,
  coded: GraphQLError,
): HttpExtension | null {
  const http = given?.extensions['http'] as HttpExtension | undefined;
  // A body that is not JSON is no GraphQL request: that is 400 to every client.
  if (http?.spec && given?.extensions['originalError']) return { ...http, spec: false };
  if (http || data !== undefined) return http ?? null;
  const code = coded.extensions['code'] as ErrorCode;
  return { status: statuses[code], spec: code === 'BAD_USER_INPUT' };
}

function isSingle(result: object): result is ExecutionResult {
  return !Array.isArray(result) && !(Symbol.asyncIterator in result);
}
