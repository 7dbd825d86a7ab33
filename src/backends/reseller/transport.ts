import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../domain/error.ts';
import type { Credential } from '../credentials/credential.ts';
import { parseBatch, writeBatch } from './batch.ts';
import { type Answer, resellerError, unreadable } from './errors.ts';
import { describe, exchange, type HttpRequest, isSuccess, type Method, openPool } from './http.ts';

/** One call of the API; `path` has no leading slash and holds the query. */
export interface Call {
  readonly method: Method;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
}

/** Where the client writes what is worth knowing and is no error of a call. */
export interface BackendLog {
  debug(detail: object, message: string): void;
  warn(detail: object, message: string): void;
}

/** A call of a batch and what became of it. */
export interface Part {
  readonly call: Call;
  readonly answer: Answer | GatewayError;
}

export interface TransportOptions {
  /** Root URL; its path, if any, comes before every path of the API. */
  readonly endpoint: string;
  readonly credential: Credential;
  readonly timeoutMs: number;
  /** Sockets at most; further calls wait for one, within their deadline. */
  readonly connections: number;
  readonly log?: BackendLog | undefined;
}

/** Sends calls with the credential, once more with a new token when the first is refused. */
export interface Transport {
  send(call: Call, signal: AbortSignal): Promise<Answer>;
  /**
   * Sends all calls as one batch; the answers stand in the calls' order. Throws when the batch as a
   * whole failed: nothing can be said of any of its calls then. A call that the answer leaves out
   * is an error of its own.
   */
  sendBatch(calls: readonly Call[], signal: AbortSignal): Promise<Part[]>;
  /** Resolves on any HTTP answer of the endpoint. */
  knock(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  const url = new URL(options.endpoint);
  const base = url.pathname.replace(/\/+$/, '');
  const pool = openPool(url, options.connections, options.timeoutMs);
  const { credential, log } = options;

  async function sendOnce(request: HttpRequest, token: string, signal: AbortSignal) {
    const startedAt = performance.now();
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const answer = await exchange(pool, { ...request, headers }, signal);
    const ms = Math.round(performance.now() - startedAt);
    log?.debug({ call: describe(request), status: answer.status, ms }, 'reseller API called');
    return answer;
  }

  /** `refuses` says whether the answer means that the token was not accepted, and nothing was done. */
  async function authorised<T>(
    request: HttpRequest,
    signal: AbortSignal,
    read: (answer: Answer) => T,
    refuses: (result: T) => boolean,
  ): Promise<T> {
    const token = await credential.token(signal);
    const result = read(await sendOnce(request, token, signal));
    if (!refuses(result) || !credential.refused(token)) return result;
    return read(await sendOnce(request, await credential.token(signal), signal));
  }

  return {
    send: (call, signal) => authorised(toHttp(call, base), signal, (answer) => answer, isRefusal),
    sendBatch: (calls, signal) => {
      const request = batchRequest(calls, base);
      return authorised(
        request,
        signal,
        (answer) => readBatch(answer, request, calls),
        // The token of a batch is checked per part.
        (parts) => parts.every((part) => isRefusal(part.answer)),
      );
    },
    knock: async (signal) => {
      await exchange(pool, { method: 'GET', path: `${base}/`, headers: {} }, signal);
    },
    close: () => pool.destroy(),
  };
}

function isRefusal(answer: Answer | GatewayError): boolean {
  return !(answer instanceof GatewayError) && answer.status === 401;
}

function toHttp({ method, path, body }: Call, base: string): HttpRequest {
  return {
    method,
    path: `${base}/${path}`,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  };
}

/**
 * Parts name the same path that the call would have alone, the endpoint's own path included, as
 * the vendor's clients write them.
 */
function batchRequest(calls: readonly Call[], base: string): HttpRequest {
  const boundary = `batch_${randomUUID()}`;
  const parts = calls.map((call) => toHttp(call, base));
  return {
    method: 'POST',
    path: `${base}/batch`,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
    body: writeBatch(parts, boundary),
  };
}

function readBatch(answer: Answer, request: HttpRequest, calls: readonly Call[]): Part[] {
  if (answer.status === 401) return calls.map((call) => ({ call, answer }));
  const name = describe(request);
  if (!isSuccess(answer)) throw batchError(answer, name);
  const type = [answer.headers['content-type']].flat()[0] ?? '';
  const parts = parseBatch(type, answer.text, calls.length);
  if (!parts) throw unreadable(answer, name, new Error(`The batch was answered as "${type}".`));
  return calls.map((call, index) => {
    const missing = new Error(`The batch was answered without part ${index + 1}.`);
    return { call, answer: parts[index] ?? unreadable({ ...answer, text: '' }, name, missing) };
  });
}

/** "Not found" or "bad request" of a whole batch says nothing of what its calls ask for. */
function batchError(answer: Answer, name: string): GatewayError {
  const error = resellerError(answer, name);
  const misleading = error.code === 'NOT_FOUND' || error.code === 'BAD_USER_INPUT';
  return misleading ? unreadable(answer, name, error) : error;
}
