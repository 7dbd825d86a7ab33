import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../../../log.ts';
import { answerStatus, SHED_RETRY_AFTER, SHED_STATUS } from '../answer-status.ts';
import { answerType } from '../media-type.ts';
import { errorBody, publicResult } from '../public-error.ts';
import type { ServerContext } from '../request-context.ts';

/** Messages for requests that are rejected before GraphQL. */
const refusals: Readonly<Record<number, string>> = {
  405: 'Use GET or POST.',
  406: 'Accept application/graphql-response+json or application/json, or text/event-stream for a subscription.',
};

/**
 * Adds code and HTTP status to every error of a response, also when the request could not be parsed.
 * Streams get their codes event by event, where they are produced.
 */
export function useErrorCodes(log: Logger, suggestions: boolean): Plugin<object, ServerContext> {
  return {
    onResultProcess({ request, result, setResult, serverContext: { requestId, record } }) {
      // Batching is off, so this is one result or one stream.
      if (!isSingle(result) || !result.errors) return;
      const coded = publicResult(result, {
        ...{ requestId, log, suggestions, onError: record?.failed },
      });
      // Clients that accept only streams get the status of the newer type.
      const type = answerType(request.headers.get('accept') ?? undefined) ?? RESPONSE_TYPE;
      const status = answerStatus(coded, type);
      coded.errors?.forEach((error, index) => {
        const http = httpOf(result.errors?.[index], status);
        if (http) error.extensions['http'] = http;
      });
      setResult(coded);
    },
    onResponse({ response, setResponse, fetchAPI, serverContext: { requestId, record } }) {
      const { status, headers } = response;
      if (status < 400 || response.body) return;
      headers.set('content-type', 'application/json');
      const code = 'BAD_USER_INPUT';
      const message = refusals[status] ?? 'The request was rejected.';
      record?.refused(code, message);
      const body = errorBody(code, message, requestId);
      setResponse(new fetchAPI.Response(body, { status, headers }));
    },
  };
}

/** Tells Yoga the status of the response; it does not reach the client. */
interface HttpExtension {
  readonly status?: number;
  /** Status 200 for clients that accept only application/json, as GraphQL over HTTP specifies. */
  readonly spec?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const RESPONSE_TYPE = 'application/graphql-response+json';

/** Yoga has decided about requests that it could not parse; the others have the status of their answer. */
function httpOf(given: GraphQLError | undefined, status: number): HttpExtension | null {
  const http = given?.extensions['http'] as HttpExtension | undefined;
  // A body that is not JSON is not a GraphQL request: status 400 for every client.
  if (http?.spec && given?.extensions['originalError']) return { ...http, spec: false };
  if (http || status === 200) return http ?? null;
  return { status, headers: status === SHED_STATUS ? { 'retry-after': SHED_RETRY_AFTER } : {} };
}

function isSingle(result: object): result is ExecutionResult {
  return !Array.isArray(result) && !(Symbol.asyncIterator in result);
}
