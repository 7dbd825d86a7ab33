import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, getOperationAST } from 'graphql';
import {
  isTracing,
  type Span,
  type SpanOptions,
  startChild,
  startSpan,
  type TraceContext,
} from '../../domain/tracing.ts';
import type { RequestArgs } from '../graphql/request-context.ts';

/**
 * Starts the span of an HTTP request, in the trace of its client. Call `endServerSpan` when the response
 * is closed.
 * @param route the path, when the gateway serves it: unknown paths can hold anything
 */
export function startServerSpan(
  { method = '_OTHER', httpVersion, headers }: IncomingMessage,
  route: string | undefined,
): Span | null {
  if (!isTracing()) return null;
  const attributes = {
    ...{ 'http.request.method': method, 'http.route': route, 'url.path': route },
    ...{ 'url.scheme': 'http', 'network.protocol.version': httpVersion },
  };
  const name = route === undefined ? method : `${method} ${route}`;
  return startSpan({ name, kind: 'SERVER', attributes }, traceOf(headers));
}

export function endServerSpan(
  span: Span | null,
  { headersSent, statusCode }: ServerResponse,
): void {
  if (headersSent) span?.set({ 'http.response.status_code': statusCode });
  if (headersSent && statusCode >= 500) span?.fail(String(statusCode));
  span?.end();
}

/** The trace that a client sent as headers, or in the extensions of a message; null without one. */
export function traceOf(fields: Readonly<Record<string, unknown>>): TraceContext | null {
  const { traceparent, tracestate } = fields;
  if (typeof traceparent !== 'string') return null;
  return { traceparent, tracestate: typeof tracestate === 'string' ? tracestate : null };
}

/**
 * Starts the span of a GraphQL operation: below its HTTP request or MCP call, or as the first span of
 * an operation on a WebSocket. Its access log line gets the trace id.
 */
export function startOperationSpan(args: RequestArgs): Span | null {
  if (!isTracing()) return null;
  const { remote, record } = args.contextValue;
  const options = operationSpan(args.document, args.operationName);
  const span =
    remote === undefined ? startChild(options) : startSpan({ ...options, kind: 'SERVER' }, remote);
  if (span) record?.setTrace(span.traceId);
  return span;
}

/** Without the document, whose literals can hold what its variables do. */
function operationSpan(
  document: DocumentNode,
  operationName: string | null | undefined,
): SpanOptions {
  const operation = getOperationAST(document, operationName);
  const type = operation?.operation ?? 'GraphQL operation';
  const name = operation?.name?.value.slice(0, 100);
  return {
    name: type,
    attributes: { 'graphql.operation.type': operation?.operation, 'graphql.operation.name': name },
  };
}
