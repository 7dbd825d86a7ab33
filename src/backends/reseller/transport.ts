import { randomUUID } from 'node:crypto';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { asNotSent, GatewayError } from '../../domain/error.ts';
import { activeSpan, traceHeaders } from '../../domain/tracing.ts';
import { Breaker } from '../breaker.ts';
import type { Credential } from '../credentials/credential.ts';
import type { BackendLog } from '../log.ts';
import { Egress } from '../network/egress.ts';
import { observed } from '../observed-call.ts';
import { breakerOpen, unreachable } from '../reachability.ts';
import { parseBatch, writeBatch } from './batch.ts';
import { type HttpResponse, invalidResponse, resellerError } from './errors.ts';
import {
  commonHeaders,
  exchange,
  type HttpRequest,
  isSuccess,
  logged,
  type Method,
  Pools,
  requestName,
} from './http.ts';
import { observationOf, withStatus } from './observation.ts';

/** One call of the API; `path` has no leading slash and includes the query. */
export interface Call {
  readonly method: Method;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
}

/** A call of a batch and its result. */
export interface Part {
  readonly call: Call;
  readonly response: HttpResponse | GatewayError;
}

export interface TransportOptions {
  /** Root URL; its path is the prefix of every path of the API. */
  readonly endpoint: string;
  readonly credential: Credential;
  /** Maximum number of sockets. */
  readonly connections: number;
  /** How connections are made; directly by default. */
  readonly egress?: Egress | undefined;
  readonly log?: BackendLog | undefined;
}

/** Converts a response with any status into a result, or throws a GatewayError. */
export type Decode<T> = (response: HttpResponse, call: Call) => T;

/** What becomes of a response. */
interface Handling<T, R> {
  read(response: HttpResponse): R;
  /** Whether the backend rejected the token before it applied anything. */
  isRejected(result: R): boolean;
  decode(result: R): T;
}

/** Sends calls with the credential, and once more with a new token when the first is rejected. */
export type Transport = ReturnType<typeof createTransport>;

export function createTransport(options: TransportOptions) {
  const url = new URL(options.endpoint);
  const base = url.pathname.replace(/\/+$/, '');
  const { credential, log, egress = new Egress() } = options;
  const pools = new Pools(url, options.connections, egress);
  const onOpen = (): void => pools.renew();
  const breaker = new Breaker({ service: 'reseller', host: url.host, log, onOpen });
  const observation = observationOf(url);
  const headersFor = headersOf();

  /** Nothing is sent without a token, nor after the API rejected the first one. */
  async function newToken(signal: CancelSignal): Promise<string> {
    try {
      return await credential.token(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw asNotSent(error);
    }
  }

  function exchanged(
    request: HttpRequest,
    token: string,
    signal: CancelSignal,
  ): Promise<HttpResponse> {
    const sent = observed(observation, request, (span) => {
      const received = exchange(pools.current, request, headersFor(request, token), signal);
      return span ? withStatus(span, received) : received;
    });
    return log && log.isLevelEnabled?.('debug') !== false ? logged(log, request, sent) : sent;
  }

  function sendOnce<T>(
    request: HttpRequest,
    token: string,
    signal: CancelSignal,
    receive: (response: HttpResponse) => T | Promise<T>,
  ): Promise<T> {
    const startedAt = breaker.begin();
    return exchanged(request, token, signal).then(
      (response) => {
        breaker.answered(failureOf(response, request), signal, startedAt);
        return receive(response);
      },
      (error: unknown) => {
        breaker.failed(error, signal, startedAt);
        throw error;
      },
    );
  }

  /** Sends a request, once more with a new token when the first one is rejected. */
  function sendAuthorized<T, R>(
    request: HttpRequest,
    signal: CancelSignal,
    { read, isRejected, decode }: Handling<T, R>,
  ): Promise<T> {
    const send = (token: string, isLast: boolean): Promise<T> =>
      sendOnce(request, token, signal, (response) => {
        const result = read(response);
        if (isLast || !isRejected(result) || !credential.invalidate(token)) return decode(result);
        return newToken(signal).then((fresh) => send(fresh, true));
      });
    const known = credential.current?.() ?? null;
    return known === null
      ? newToken(signal).then((token) => send(token, false))
      : send(known, false);
  }

  return {
    /** Obtains a token, so that the next call does not wait for one. */
    async ready(signal: CancelSignal) {
      await newToken(signal);
    },
    send: <T>(call: Call, signal: CancelSignal, decode: Decode<T>): Promise<T> =>
      sendAuthorized<T, HttpResponse>(toHttp(call, base), signal, {
        ...{ read: asReceived, isRejected: isUnauthorized },
        decode: (response) => decode(response, call),
      }),
    /**
     * Sends all calls as one batch and returns the results in order; a call without a response has
     * an error. Throws when the whole batch fails, so that the outcome of its calls is unknown.
     */
    sendBatch(calls: readonly Call[], signal: CancelSignal): Promise<Part[]> {
      const request = batchRequest(calls, base);
      return sendAuthorized(request, signal, {
        read: (response) => readBatch(response, request, calls),
        // The API checks the token for each part.
        isRejected: (parts) => parts.every((part) => isUnauthorized(part.response)),
        decode: (parts) => parts,
      });
    },
    breaker,
    /** Why the host cannot be used, or null. Calls nothing. */
    async problem() {
      if (breaker.isOpen) return breakerOpen;
      return (await egress.reaches(url)) ? null : unreachable;
    },
    close: () => pools.destroy(),
  };
}

/** The headers of a request, with those of its trace. Requests without a body share them. */
function headersOf() {
  let shared = { token: '', headers: [...commonHeaders] };
  return ({ contentType }: HttpRequest, token: string): string[] => {
    if (shared.token !== token) {
      shared = { token, headers: [...commonHeaders, 'authorization', `Bearer ${token}`] };
    }
    const { headers } = shared;
    if (contentType === undefined && activeSpan() === null) return headers;
    const type = contentType === undefined ? [] : ['content-type', contentType];
    return [...headers, ...type, ...Object.entries(traceHeaders()).flat()];
  };
}

/** A response of a front end whose backend does not respond. */
function failureOf(response: HttpResponse, request: HttpRequest): GatewayError | null {
  return response.status > 500 ? resellerError(response, requestName(request)) : null;
}

function isUnauthorized(response: HttpResponse | GatewayError): boolean {
  return !(response instanceof GatewayError) && response.status === 401;
}

function asReceived(response: HttpResponse): HttpResponse {
  return response;
}

function toHttp({ method, path, body }: Call, base: string): HttpRequest {
  return {
    method,
    path: `${base}/${path}`,
    contentType: body && 'application/json',
    body: body && JSON.stringify(body),
  };
}

/** Parts have the same full path as single calls, as in the vendor's clients. */
function batchRequest(calls: readonly Call[], base: string): HttpRequest {
  const boundary = `batch_${randomUUID()}`;
  const parts = calls.map((call) => toHttp(call, base));
  return {
    method: 'POST',
    path: `${base}/batch`,
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: writeBatch(parts, boundary),
  };
}

function readBatch(response: HttpResponse, request: HttpRequest, calls: readonly Call[]): Part[] {
  if (response.status === 401) return calls.map((call) => ({ call, response }));
  const name = requestName(request);
  if (!isSuccess(response)) throw batchError(response, name);
  const type = [response.headers['content-type']].flat()[0] ?? '';
  const parts = parseBatch(type, response.text, calls.length);
  if (!parts)
    throw invalidResponse(response, name, new Error(`batch response has content type "${type}"`));
  return calls.map((call, index) => {
    const missing = new Error(`batch response has no part ${index + 1}`);
    return {
      call,
      response: parts[index] ?? invalidResponse({ ...response, text: '' }, name, missing),
    };
  });
}

/** NOT_FOUND or BAD_USER_INPUT for a whole batch does not apply to its calls. */
function batchError(response: HttpResponse, name: string): GatewayError {
  const error = resellerError(response, name);
  const misleading = error.code === 'NOT_FOUND' || error.code === 'BAD_USER_INPUT';
  return misleading ? invalidResponse(response, name, error) : error;
}
