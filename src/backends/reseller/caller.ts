import type { CallScope } from '../../domain/call-scope.ts';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { badInput, GatewayError } from '../../domain/error.ts';
import { activeSpan, inSpan } from '../../domain/tracing.ts';
import { Admission } from '../admission.ts';
import { type Attempt, BackendCalls } from '../call.ts';
import { AdaptiveSize } from '../lane-size.ts';
import { Lanes } from '../lanes.ts';
import { allOf } from '../results.ts';
import { mayHaveBeenApplied } from './connection-errors.ts';
import type { HttpResponse } from './errors.ts';
import { methodName } from './method-name.ts';
import type { Call, Decode, Part, Transport } from './transport.ts';

/** Google's maximum number of calls in one batch. */
const MAX_BATCH = 1000;

export interface CallerOptions {
  /** Deadline of one call, including its retries. */
  readonly timeoutMs: number;
  /** Maximum number of calls in flight. */
  readonly connections: number;
  /** Requests that may call the API at once, and that may wait for that. */
  readonly concurrency: number;
  readonly queue: number;
  /** Whether several reads are sent as batches instead of one request each. */
  readonly batch: boolean;
}

/**
 * Applies BackendCalls to this API: reads are shared and retried, alone or in batches; writes are
 * sent once, because the API has no idempotency key. Every GatewayError has a request id.
 */
export class Caller {
  readonly #transport: Transport;
  readonly #backend: BackendCalls;
  readonly #batch: boolean;

  constructor(transport: Transport, options: CallerOptions) {
    const { timeoutMs, connections, concurrency, queue, batch } = options;
    this.#transport = transport;
    this.#backend = new BackendCalls({
      service: 'reseller',
      timeoutMs,
      admission: new Admission({ service: 'reseller', concurrency, queue }),
      lanes: new Lanes(new AdaptiveSize(connections), 'reseller'),
      breaker: transport.breaker,
    });
    this.#batch = batch;
  }

  async read<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    try {
      return await this.#send(call, decode, scope);
    } catch (error) {
      throw withRequestId(error, scope);
    }
  }

  #send<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    // Within a span only when there is one: a list sends hundreds of calls.
    if (activeSpan() === null) return this.#read(call, decode, scope);
    return inSpan(callSpan(call), () => this.#read(call, decode, scope));
  }

  #read<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    const attempt: Attempt<T> = (signal) => this.#transport.send(call, signal, decode);
    return this.#backend.read(keyOf(call), scope, attempt);
  }

  /**
   * Several reads in parallel, or in batches of at most `perBatch` calls. An error in place of a call
   * is returned as its result. The results are in the order of the calls. When a whole batch fails,
   * each of its calls fails.
   */
  async readAll<T>(
    calls: readonly (Call | GatewayError)[],
    decode: Decode<T>,
    scope: CallScope,
    perBatch = MAX_BATCH,
  ): Promise<(T | GatewayError)[]> {
    const failed = (error: unknown): GatewayError => asResult(withRequestId(error, scope));
    if (!this.#batch) {
      return allOf(
        calls.map((call) =>
          call instanceof GatewayError ? call : this.#send(call, decode, scope),
        ),
        failed,
      );
    }
    const valid = calls.filter((call): call is Call => !(call instanceof GatewayError));
    const chunks = chunked(valid, perBatch);
    const results = await Promise.all(chunks.map((chunk) => this.#readChunk(chunk, decode, scope)));
    const queue = results.flat();
    return calls.flatMap((call) => (call instanceof GatewayError ? call : queue.splice(0, 1)));
  }

  async #readChunk<T>(calls: readonly Call[], decode: Decode<T>, scope: CallScope) {
    const [first] = calls;
    try {
      if (first && calls.length === 1) return [await this.#send(first, decode, scope)];
      const key = `batch\n${calls.map(keyOf).join('\n')}`;
      const parts = await inSpan(batchSpan, () =>
        this.#backend.read(key, scope, (signal) => this.#transport.sendBatch(calls, signal)),
      );
      return parts.map((part) => decodePart(part, decode, scope, withRequestId));
    } catch (error) {
      const failure = asResult(withRequestId(error, scope));
      return calls.map(() => failure);
    }
  }

  /** Obtains a token. Rejects with a GatewayError when there is none; nothing is sent. */
  async ready(scope: CallScope): Promise<void> {
    try {
      await this.#backend.prepare(scope, (signal) => this.#transport.ready(signal));
    } catch (error) {
      throw withRequestId(error, scope);
    }
  }

  async write<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    try {
      return await inSpan(
        () => callSpan(call),
        () =>
          this.#backend.write(scope, null, (signal) => this.#transport.send(call, signal, decode)),
      );
    } catch (error) {
      throw toWriteError(error, scope);
    }
  }

  /**
   * Several writes in one batch, as the API requires for transfers and cancellations. Each call has
   * its own result. Throws when the whole batch fails, and BAD_USER_INPUT for more than 1000 calls.
   */
  async writeAll<T>(
    calls: readonly Call[],
    decode: Decode<T>,
    scope: CallScope,
  ): Promise<(T | GatewayError)[]> {
    if (calls.length > MAX_BATCH) throw badInput(`A batch can contain at most ${MAX_BATCH} calls.`);
    if (calls.length === 0) return [];
    try {
      const parts = await inSpan(batchSpan, () =>
        this.#backend.write(scope, null, (signal) => this.#sendAll(calls, signal)),
      );
      return parts.map((part) => decodePart(part, decode, scope, toWriteError));
    } catch (error) {
      throw toWriteError(error, scope);
    }
  }

  /** A single call is sent without a batch, which the API may reject outside of transfers. */
  async #sendAll(calls: readonly Call[], signal: CancelSignal): Promise<Part[]> {
    const [call] = calls;
    if (!call || calls.length > 1) return this.#transport.sendBatch(calls, signal);
    return [{ call, response: await this.#transport.send(call, signal, asReceived) }];
  }

  /** See `BackendCalls.invalidate`. */
  invalidate(): void {
    this.#backend.invalidate();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

/** The call with its wait and its attempts, which are spans of their own. */
function callSpan(call: Call) {
  return { name: `reseller ${methodName(call)}` };
}

function asReceived(response: HttpResponse): HttpResponse {
  return response;
}

const batchSpan = { name: 'reseller batch' };

function keyOf({ method, path }: Call): string {
  return `${method} ${path}`;
}

type TranslateError = (error: unknown, scope: CallScope) => unknown;

function decodePart<T>(
  { call, response }: Part,
  decode: Decode<T>,
  scope: CallScope,
  translate: TranslateError,
): T | GatewayError {
  try {
    if (response instanceof GatewayError) throw response;
    return decode(response, call);
  } catch (error) {
    return asResult(translate(error, scope));
  }
}

/** The result of a call that failed. @throws any other error, which is a fault of the gateway */
function asResult(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}

/** Readers of a shared call get its error with their own request id. */
function withRequestId(error: unknown, scope: CallScope): unknown {
  if (!(error instanceof GatewayError)) return error;
  return error.with({ requestId: error.requestId ?? scope.requestId });
}

/** A write whose response was lost may have been applied, so it is not retryable. */
function toWriteError(error: unknown, scope: CallScope): unknown {
  const failure = withRequestId(error, scope);
  if (!(failure instanceof GatewayError) || !mayHaveBeenApplied(failure)) return failure;
  return failure.with({ retryable: false });
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
