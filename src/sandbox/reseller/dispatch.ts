import { type BackendContext, delay } from '../backend.ts';
import type { FaultEffect } from '../faults.ts';
import { badRequest, invalidCredentials, loginRequired, RestError } from './errors.ts';
import { applyMask } from './fields.ts';
import type { Method, RawCall } from './method-call.ts';
import {
  checkQuery,
  credentialOf,
  type HttpRequest,
  type HttpResponse,
  maskOf,
  matchRequest,
  toRawCall,
  urlOf,
} from './router.ts';
import type { ResellerStore } from './store.ts';

export interface ResellerContext extends BackendContext {
  readonly store: ResellerStore;
}

/** `hang` sends no response; `close` closes the connection. */
export type Outcome = HttpResponse | 'hang' | 'close';

/** Also sent without a body: the Python client fails on a batched response without headers. */
const commonHeaders = { 'cache-control': 'private', vary: 'Origin, X-Origin, Referer' };
const jsonHeaders = { 'content-type': 'application/json; charset=UTF-8', ...commonHeaders };

/** A request with its method, or the error that it fails with. */
export type Prepared =
  | { readonly request: HttpRequest; readonly method: Method; readonly call: RawCall }
  | { readonly request: HttpRequest; readonly error: RestError };

export function prepare(request: HttpRequest): Prepared {
  try {
    const match = matchRequest(request);
    return { request, method: match.method, call: toRawCall(request, match) };
  } catch (error) {
    return { request, error: toRestError(error) };
  }
}

/** Executes one call; `batch` contains all calls of its batch, including itself. */
export async function execute(
  context: ResellerContext,
  prepared: Prepared,
  batch: readonly RawCall[],
  batched: boolean,
): Promise<Outcome> {
  const { request } = prepared;
  const methodId = 'error' in prepared ? 'unknown' : prepared.method.id;
  const finish = context.calls.start({
    ...{ backend: 'reseller', method: methodId, headers: request.headers, batched },
  });
  try {
    const outcome = await withFaults(context, methodId, () => respond(context, prepared, batch));
    const status = typeof outcome === 'string' ? outcome : outcome.status;
    context.log.debug({ method: methodId, status }, 'reseller call finished');
    return outcome;
  } finally {
    finish();
  }
}

/** Applies the active faults to a call. */
export async function withFaults(
  context: BackendContext,
  methodId: string,
  run: () => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const { latencyMs, effect, executed } = context.faults.decide('reseller', methodId);
  await delay(latencyMs, context.closing);
  if (effect === undefined) return run();
  if (executed) await run();
  return effect.type === 'hang' || effect.type === 'close' ? effect.type : faultResponse(effect);
}

function respond(
  { store, token }: ResellerContext,
  prepared: Prepared,
  batch: readonly RawCall[],
): HttpResponse {
  const query = queryOf(prepared.request);
  try {
    if ('error' in prepared) throw prepared.error;
    const { request, method, call } = prepared;
    authenticate(request, query, token);
    checkQuery(query, method);
    const mask = maskOf(query, method);
    store.applyDueChanges();
    const body = method.run({ ...call, batch }, store);
    if (body === undefined) return { status: 204, headers: commonHeaders, body: '' };
    return { status: 200, headers: jsonHeaders, body: print(applyMask(body, mask), query) };
  } catch (error) {
    return errorResponse(toRestError(error), query);
  }
}

function queryOf({ target }: HttpRequest): URLSearchParams {
  try {
    return urlOf(target).searchParams;
  } catch {
    return new URLSearchParams();
  }
}

/** Throws 401 when the sandbox requires a token and the request has none or a different one. */
function authenticate(
  request: HttpRequest,
  query: URLSearchParams,
  token: string | undefined,
): void {
  if (token === undefined) return;
  const credential = credentialOf(request, query);
  if (credential === undefined) throw loginRequired();
  if (credential !== token) throw invalidCredentials();
}

function print(value: unknown, query: URLSearchParams): string {
  const compact = ['false', '0'].includes(query.get('prettyPrint') ?? '');
  return compact ? JSON.stringify(value) : `${JSON.stringify(value, undefined, 2)}\n`;
}

export function errorResponse(
  error: RestError,
  query: URLSearchParams = new URLSearchParams(),
): HttpResponse {
  return {
    status: error.status,
    headers: { ...jsonHeaders, ...error.headers },
    body: print(error.toJson(query.get('$.xgafv')), query),
  };
}

export function toRestError(error: unknown): RestError {
  if (error instanceof RestError) return error;
  if (error instanceof URIError) return badRequest('Malformed URI');
  return new RestError(500, 'backendError', String(error));
}

function faultResponse(effect: Extract<FaultEffect, { type: 'http' | 'grpc' }>): HttpResponse {
  if (effect.type === 'grpc')
    return errorResponse(new RestError(503, 'backendError', 'Injected fault'));
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
  return errorResponse(new RestError(status, reason, message, { domain, headers }));
}
