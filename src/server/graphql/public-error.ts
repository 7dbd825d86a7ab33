import { type ExecutionResult, GraphQLError } from 'graphql';
import { type ErrorCode, errorCodes, GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';

/** Whose failure it is, for the client's report and for the log. */
export interface ErrorScope {
  readonly requestId: string;
  readonly log: Logger;
}

const shown = new WeakSet<GraphQLError>();

/**
 * What a client sees of a failure: a code of the closed set, and nothing of the inside. Whatever is
 * the gateway's or a backend's fault is logged with its cause. Doing it twice changes nothing.
 */
export function publicError(error: GraphQLError, scope: ErrorScope): GraphQLError {
  if (shown.has(error)) return error;
  const failure = failureOf(error);
  const upstreamRequestId = failure.requestId;
  if (failure.service || failure.code === 'INTERNAL_SERVER_ERROR')
    logFailure(failure, error, scope);
  const result = new GraphQLError(failure.message, {
    nodes: error.nodes ?? null,
    source: error.source,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: {
      code: failure.code,
      ...(failure.service ? { service: failure.service } : {}),
      retryable: failure.retryable,
      ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
      requestId: scope.requestId,
      ...(upstreamRequestId && upstreamRequestId !== scope.requestId ? { upstreamRequestId } : {}),
    },
  });
  shown.add(result);
  return result;
}

/** The result as clients see it: every error has its code, and hides what is not for them. */
export function publicResult(result: ExecutionResult, scope: ErrorScope): ExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => publicError(error, scope)) };
}

/** Whatever was thrown, as graphql-js would have wrapped it. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** The body of a response to a request that never came to be executed. */
export function errorBody(code: ErrorCode, message: string, requestId: string): string {
  const extensions = { code, retryable: code === 'UNAVAILABLE', requestId };
  return JSON.stringify({ errors: [{ message, extensions }] });
}

/** A GraphQLError that wraps nothing speaks of the document itself: it is the client's to mend. */
function failureOf(error: GraphQLError): GatewayError {
  const original = rootCause(error);
  if (original instanceof GatewayError) return original;
  if (original instanceof GraphQLError) {
    return new GatewayError(knownCode(original) ?? 'BAD_USER_INPUT', original.message);
  }
  return new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway failed.', { cause: original });
}

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function knownCode(error: GraphQLError) {
  return errorCodes.find((code) => code === error.extensions['code']);
}

function logFailure(failure: GatewayError, { path }: GraphQLError, scope: ErrorScope): void {
  const { code, service, requestId: upstreamRequestId, cause } = failure;
  const fields = { requestId: scope.requestId, code, service, upstreamRequestId, path, err: cause };
  if (code === 'INTERNAL_SERVER_ERROR') scope.log.error(fields, failure.message);
  else scope.log.info(fields, failure.message);
}
