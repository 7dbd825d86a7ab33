import { type AccessRules, type BackendContext, delay } from '../backend.ts';
import { type ErrorFormat, invalidCredentials, loginRequired, type RestError } from './errors.ts';
import { applyMask } from './fields.ts';
import type { Method, RawCall } from './method-call.ts';
import { withMethodOverride } from './method-override.ts';
import { failure, faultResponse, success, toRestError } from './responses.ts';
import {
  checkQuery,
  credentialOf,
  type HttpRequest,
  type HttpResponse,
  maskOf,
  matchRequest,
  sourceOf,
  toRawCall,
} from './router.ts';
import type { ResellerStore } from './store.ts';
import { type ParameterSource, type Printing, printingOf } from './system-parameters.ts';

export interface ResellerContext extends BackendContext {
  readonly store: ResellerStore;
  /** The format of errors for requests that do not choose one with `$.xgafv`. */
  readonly errorFormat: ErrorFormat;
}

/** `hang` sends no response; `close` closes the connection. */
export type Outcome = HttpResponse | 'hang' | 'close';

/** A request with its method, or the error that it fails with. */
export type Prepared =
  | { readonly request: HttpRequest; readonly method: Method; readonly call: RawCall }
  | { readonly request: HttpRequest; readonly error: RestError };

export function prepare(received: HttpRequest): Prepared {
  const request = withMethodOverride(received);
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
  const source = sourceOf(request);
  const printing = printingOf(source, context.errorFormat);
  try {
    const outcome = await withFaults(context, methodId, printing, () =>
      respond(context, prepared, { source, printing, batch }),
    );
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
  printing: Printing,
  run: () => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const { latencyMs, effect, executed } = context.faults.decide('reseller', methodId);
  await delay(latencyMs, context.closing);
  if (effect === undefined) return run();
  if (executed) await run();
  if (effect.type === 'hang' || effect.type === 'close') return effect.type;
  return faultResponse(effect, printing);
}

interface Parameters {
  readonly source: ParameterSource;
  readonly printing: Printing;
  readonly batch: readonly RawCall[];
}

function respond(
  { store, access }: ResellerContext,
  prepared: Prepared,
  { source, printing, batch }: Parameters,
): HttpResponse {
  try {
    if ('error' in prepared) throw prepared.error;
    const { method, call } = prepared;
    authenticate(source, access);
    checkQuery(source, method);
    const mask = maskOf(source, method);
    store.applyDueChanges();
    const body = method.run({ ...call, batch }, store);
    return success(body && applyMask(body, mask), printing);
  } catch (error) {
    return failure(toRestError(error), printing);
  }
}

/** Throws 401 when the sandbox requires a token and the request has none or a different one. */
function authenticate(source: ParameterSource, access: AccessRules): void {
  const credential = credentialOf(source);
  if (credential === undefined || credential === '') {
    if (access.anonymous) return;
    throw credential === undefined ? loginRequired() : invalidCredentials();
  }
  if (access.token !== undefined && credential !== access.token) throw invalidCredentials();
}
