import type { CallScope } from '../../domain/call-scope.ts';
import { badInput, GatewayError } from '../../domain/error.ts';
import { BackendCalls } from '../call.ts';
import { type Answer, mayHaveHappened } from './errors.ts';
import type { Call, Part, Transport } from './transport.ts';

/** Turns an answer, whatever its status, into a result; throws a GatewayError when it is none. */
export type Decode<T> = (answer: Answer, call: Call) => T;

/** Google's limit of calls in one batch. */
const MAX_BATCH = 1000;

export interface CallerOptions {
  readonly timeoutMs: number;
  /** Whether several reads go out as batches instead of one by one. */
  readonly batch: boolean;
}

/**
 * The rules of BackendCalls applied to this API: reads are shared and repeated, alone or in batches;
 * writes are sent once, since the API has no idempotency key. Every GatewayError names the request.
 */
export class Caller {
  readonly #transport: Transport;
  readonly #backend: BackendCalls;
  readonly #batch: boolean;

  constructor(transport: Transport, { timeoutMs, batch }: CallerOptions) {
    this.#transport = transport;
    this.#backend = new BackendCalls({ service: 'reseller', timeoutMs });
    this.#batch = batch;
  }

  async read<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    try {
      return await this.#backend.read(keyOf(call), scope, async (signal) =>
        decode(await this.#transport.send(call, signal), call),
      );
    } catch (error) {
      throw inScope(error, scope);
    }
  }

  /**
   * Several reads at once, bounded by the pool, or in batches of at most `perBatch` calls; one that
   * could not even be made is given as its error. The results stand in the calls' order. A batch
   * that fails as a whole fails each of its calls.
   */
  async readAll<T>(
    calls: readonly (Call | GatewayError)[],
    decode: Decode<T>,
    scope: CallScope,
    perBatch = MAX_BATCH,
  ): Promise<(T | GatewayError)[]> {
    const made = calls.filter((call): call is Call => !(call instanceof GatewayError));
    const chunks = chunked(made, this.#batch ? perBatch : 1);
    const results = await Promise.all(chunks.map((chunk) => this.#readChunk(chunk, decode, scope)));
    const queue = results.flat();
    return calls.flatMap((call) => (call instanceof GatewayError ? call : queue.splice(0, 1)));
  }

  async #readChunk<T>(calls: readonly Call[], decode: Decode<T>, scope: CallScope) {
    const [first] = calls;
    try {
      if (first && calls.length === 1) return [await this.read(first, decode, scope)];
      const key = `batch\n${calls.map(keyOf).join('\n')}`;
      const parts = await this.#backend.read(key, scope, (signal) =>
        this.#transport.sendBatch(calls, signal),
      );
      return parts.map((part) => decodePart(part, decode, scope, inScope));
    } catch (error) {
      const failure = inScope(error, scope);
      if (failure instanceof GatewayError) return calls.map(() => failure);
      throw failure;
    }
  }

  async write<T>(call: Call, decode: Decode<T>, scope: CallScope): Promise<T> {
    try {
      return await this.#backend.write(scope, null, async (signal) =>
        decode(await this.#transport.send(call, signal), call),
      );
    } catch (error) {
      throw ofWrite(error, scope);
    }
  }

  /**
   * Several writes in one batch, as the API wants transfers and cancellations. Each has its own
   * result; throws when the batch failed as a whole, and BAD_USER_INPUT beyond 1000 calls.
   */
  async writeAll<T>(
    calls: readonly Call[],
    decode: Decode<T>,
    scope: CallScope,
  ): Promise<(T | GatewayError)[]> {
    if (calls.length > MAX_BATCH) throw badInput(`At most ${MAX_BATCH} at once.`);
    if (calls.length === 0) return [];
    try {
      const parts = await this.#backend.write(scope, null, (signal) =>
        this.#sendAll(calls, signal),
      );
      return parts.map((part) => decodePart(part, decode, scope, ofWrite));
    } catch (error) {
      throw ofWrite(error, scope);
    }
  }

  /** One alone needs no batch, which the API may refuse outside of transfers. */
  async #sendAll(calls: readonly Call[], signal: AbortSignal): Promise<Part[]> {
    const [call] = calls;
    if (!call || calls.length > 1) return this.#transport.sendBatch(calls, signal);
    return [{ call, answer: await this.#transport.send(call, signal) }];
  }

  /** Resolves on any HTTP answer. */
  async knock(scope: CallScope): Promise<void> {
    try {
      await this.#backend.read('knock', scope, (signal) => this.#transport.knock(signal));
    } catch (error) {
      throw inScope(error, scope);
    }
  }

  /** As `BackendCalls.forget`. */
  forget(): void {
    this.#backend.forget();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

function keyOf({ method, path }: Call): string {
  return `${method} ${path}`;
}

type Restate = (error: unknown, scope: CallScope) => unknown;

function decodePart<T>(
  { call, answer }: Part,
  decode: Decode<T>,
  scope: CallScope,
  restate: Restate,
): T | GatewayError {
  try {
    if (answer instanceof GatewayError) throw answer;
    return decode(answer, call);
  } catch (error) {
    const failure = restate(error, scope);
    if (failure instanceof GatewayError) return failure;
    throw failure;
  }
}

/** A failure as this request sees it: readers of one call share its error, each with its own id. */
function inScope(error: unknown, scope: CallScope): unknown {
  if (!(error instanceof GatewayError)) return error;
  return new GatewayError(error.code, error.message, {
    ...error,
    cause: error.cause,
    requestId: error.requestId ?? scope.requestId,
  });
}

/** A write whose answer was lost may have been carried out: "try again" would be bad advice. */
function ofWrite(error: unknown, scope: CallScope): unknown {
  const failure = inScope(error, scope);
  if (!(failure instanceof GatewayError) || !mayHaveHappened(failure)) return failure;
  return new GatewayError(failure.code, failure.message, {
    ...failure,
    cause: failure.cause,
    retryable: false,
  });
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
