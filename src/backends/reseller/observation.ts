import type { Span, SpanAttributes } from '../../domain/tracing.ts';
import type { AttemptSpan, Observation } from '../observed-call.ts';
import { type HttpResponse, resellerError } from './errors.ts';
import { type HttpRequest, isSuccess, requestName } from './http.ts';
import { methodName, pathTemplate } from './method-name.ts';

/** How calls of the host are shown in metrics and traces. */
export function observationOf(url: URL): Observation<HttpRequest, HttpResponse> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const server = { 'server.address': url.hostname, 'server.port': port };
  return {
    ...{ service: 'reseller', method: methodName },
    span: (request) => spanOf(request, server),
    codeOf: (response, request) =>
      isSuccess(response)
        ? null
        : resellerError(response, requestName(request), isWrite(request)).code,
  };
}

/** Without the URL: its ids can be domains of customers, and its query can hold a transfer token. */
function spanOf({ method, path }: HttpRequest, server: SpanAttributes): AttemptSpan {
  const template = pathTemplate(path);
  const attributes = { ...server, 'http.request.method': method, 'url.template': template };
  return { name: `${method} ${template}`, attributes };
}

/** A batch has calls of either kind, and its own response is about none of them. */
function isWrite({ method, path }: HttpRequest): boolean {
  return method !== 'GET' && !path.endsWith('/batch');
}

/** The same response, whose status the span then has. */
export async function withStatus(
  span: Span,
  exchanged: Promise<HttpResponse>,
): Promise<HttpResponse> {
  const received = await exchanged;
  span.set({ 'http.response.status_code': received.status });
  return received;
}
