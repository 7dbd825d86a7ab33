import type { FaultEffect } from '../faults.ts';
import { badRequest, RestError } from './errors.ts';
import type { HttpResponse } from './router.ts';
import type { Printing } from './system-parameters.ts';

/** Also sent without a body: the Python client fails on a batched response without headers. */
const commonHeaders = { 'cache-control': 'private', vary: 'Origin, X-Origin, Referer' };
const jsonHeaders = { 'content-type': 'application/json; charset=UTF-8', ...commonHeaders };
const scriptHeaders = { 'content-type': 'text/javascript; charset=UTF-8', ...commonHeaders };

/** 200 with a JSON body, or as a script for JSONP; 204 without a body when `value` is undefined. */
export function success(value: unknown, printing: Printing): HttpResponse {
  if (value === undefined) return { status: 204, headers: commonHeaders, body: '' };
  return printed(200, {}, value, printing);
}

export function failure(error: RestError, printing: Printing): HttpResponse {
  return printed(error.status, error.headers, error.toJson(printing.format), printing);
}

function printed(
  status: number,
  extra: Readonly<Record<string, string>>,
  value: unknown,
  { isCompact, callback }: Printing,
): HttpResponse {
  const text = isCompact ? JSON.stringify(value) : `${JSON.stringify(value, undefined, 2)}\n`;
  if (callback === undefined) return { status, headers: { ...jsonHeaders, ...extra }, body: text };
  // A browser does not run a script with an error status.
  const body = `// API callback\n${callback}(${text.trimEnd()});`;
  return { status: 200, headers: { ...scriptHeaders, ...extra }, body };
}

export function toRestError(error: unknown): RestError {
  if (error instanceof RestError) return error;
  if (error instanceof URIError) return badRequest('Malformed URI');
  return new RestError(500, 'backendError', String(error));
}

/** The answer of an injected fault. */
export function faultResponse(
  effect: Extract<FaultEffect, { type: 'http' | 'grpc' }>,
  printing: Printing,
): HttpResponse {
  if (effect.type === 'grpc') {
    return failure(new RestError(503, 'backendError', 'Injected fault'), printing);
  }
  const {
    status,
    reason = 'backendError',
    domain = 'global',
    message = 'Injected fault',
    body,
  } = effect;
  const { headers = {} } = effect;
  if (body !== undefined) {
    const html = effect.contentType ?? 'text/html; charset=UTF-8';
    return { status, headers: { 'content-type': html, ...headers }, body };
  }
  if (message === null) {
    const bare = JSON.stringify({ error: { code: status, message } });
    return { status, headers: { ...jsonHeaders, ...headers }, body: bare };
  }
  return failure(new RestError(status, reason, message, { domain, headers }), printing);
}
