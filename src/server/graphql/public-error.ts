import { type ExecutionResult, GraphQLError } from 'graphql';
import { type ErrorCode, errorCodes, GatewayError } from '../../domain/error.ts';
import type { Logger } from '../../log.ts';

/** The request that failed, and where to log the cause. */
export interface ErrorScope {
  readonly requestId: string;
  readonly log: Logger;
  /** Whether messages may suggest names of the schema. */
  readonly suggestions: boolean;
  /** Called with the code of each error that is shown. */
  readonly onError?: ((code: ErrorCode) => void) | undefined;
}

const shown = new WeakSet<GraphQLError>();
const shed = new WeakSet<GraphQLError>();

/**
 * Converts an error to the form that clients receive: a code of the closed set, and no internals.
 * Logs the failure, with its cause when the gateway or a backend failed. Idempotent.
 */
export function publicError(error: GraphQLError, scope: ErrorScope): GraphQLError {
  if (shown.has(error)) return error;
  const failure = failureOf(error);
  const upstreamRequestId = failure.requestId;
  scope.onError?.(failure.code);
  logFailure(failure, error, scope);
  const message = scope.suggestions ? failure.message : withoutSuggestion(failure.message);
  const result = new GraphQLError(message, {
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
  if (failure.shed) shed.add(result);
  return result;
}

/** Whether all that a request asked for was shed, because too many others use the backends. */
export function isShed({ data, errors = [] }: ExecutionResult): boolean {
  const hasData = Object.values(data ?? {}).some((value) => value !== null);
  return !hasData && errors.length > 0 && errors.every((error) => shed.has(error));
}

/** Applies `publicError` to every error of a result. */
export function publicResult(result: ExecutionResult, scope: ErrorScope): ExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => publicError(error, scope)) };
}

/** Wraps any thrown value the way graphql-js does. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** The response body of a request that is not executed. */
export function errorBody(
  code: ErrorCode,
  message: string,
  requestId: string,
  retryAfterMs?: number,
): string {
  const retryable = code === 'UNAVAILABLE' || code === 'RATE_LIMITED';
  const extensions = { code, retryable, retryAfterMs, requestId };
  return JSON.stringify({ errors: [{ message, extensions }] });
}

/** A GraphQLError without a cause is about the document, so the client can fix it. */
function failureOf(error: GraphQLError): GatewayError {
  const original = rootCause(error);
  if (original instanceof GatewayError) return original;
  if (original instanceof GraphQLError) {
    return new GatewayError(knownCode(original) ?? 'BAD_USER_INPUT', original.message);
  }
  return new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway failed; its log has the cause.', {
    cause: original,
  });
}

/** graphql-js appends a question with similar names to its messages. */
export function withoutSuggestion(message: string): string {
  const start = message.lastIndexOf(' Did you mean ');
  return start === -1 || !message.endsWith('?') ? message : message.slice(0, start);
}

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function knownCode(error: GraphQLError) {
  return errorCodes.find((code) => code === error.extensions['code']);
}

function logFailure(failure: GatewayError, error: GraphQLError, scope: ErrorScope): void {
  const { code, service, requestId: upstreamRequestId, cause } = failure;
  const { requestId, log } = scope;
  const { path } = error;
  // Errors about a document or its variables quote them: they may hold personal data.
  if (!(rootCause(error) instanceof GatewayError) && code !== 'INTERNAL_SERVER_ERROR') {
    log.info({ requestId, code, path }, 'request is invalid');
    return;
  }
  const fields = { requestId, code, service, upstreamRequestId, path, err: cause };
  if (code === 'INTERNAL_SERVER_ERROR') log.error(fields, failure.message);
  else if (service || cause || code === 'OUTCOME_UNKNOWN') log.warn(fields, failure.message);
  else log.info(fields, failure.message);
}

/** Logs a failure that a mutation returns as data; its violations may quote the input. */
export function logReturned(
  { code, service, requestId: upstreamRequestId, message, cause }: GatewayError,
  {
    mutation,
    requestId,
    log,
  }: Pick<ErrorScope, 'requestId' | 'log'> & { readonly mutation: string },
): void {
  log.warn({ requestId, code, service, upstreamRequestId, mutation, err: cause }, message);
}
