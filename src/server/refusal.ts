import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode, GatewayError } from '../domain/error.ts';
import { allowsOrigin, type OriginPolicy } from './auth/origin.ts';
import { statuses } from './graphql/http-status.ts';
import { errorBody } from './graphql/public-error.ts';

/** Why a request is not handed to GraphQL. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** Headers that pages of other origins may read. */
export const EXPOSED_HEADERS = ['x-request-id', 'retry-after'];

/** The refusal for a failure of the gateway itself. */
export function refusalOf({ code, message, retryAfterMs }: GatewayError): Refusal {
  return { status: statuses[code], code, message, retryAfterMs };
}

/** Lets pages of allowed origins read the response. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: OriginPolicy,
): void {
  const { origin } = request.headers;
  if (origin === undefined || !allowsOrigin(origin, origins)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
  response.appendHeader('vary', 'Origin');
}

/** Responds without reading the body. Pages of allowed origins can read the response. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  refusal: Refusal,
  origins: OriginPolicy,
): void {
  allowOrigin(request, response, origins);
  const { status, code, message, retryAfterMs } = refusal;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) {
    response.setHeader('retry-after', Math.ceil(retryAfterMs / 1000));
  }
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(errorBody(code, message, requestId, retryAfterMs));
}
