import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { CancelSignal } from '../../domain/cancellation.ts';

/** A response whose body has been received but not decoded. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Null when the body is larger than allowed. */
  readonly bytes: Buffer | null;
}

/**
 * Sends one request and collects its response, without a stream in between: answers are short. An
 * abort frees the socket in every phase. Rejects with the error of the connection, or with the reason
 * of the signal.
 */
export function transfer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: CancelSignal,
  maxBytes: number,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const collector = new Collector(signal, maxBytes, resolve, reject);
    dispatcher.dispatch(options, collector);
  });
}

const tooLarge = new Error('the response body is too large');

class Collector implements Dispatcher.DispatchHandler {
  readonly #signal: CancelSignal;
  readonly #abort = (): void => this.#aborted();
  readonly #maxBytes: number;
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (error: unknown) => void;
  #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #abortReason: Error | null = null;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #size = 0;

  constructor(
    signal: CancelSignal,
    maxBytes: number,
    resolve: (response: RawResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#signal = signal;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Ends the request, also while it waits for a socket. */
  #aborted(): void {
    const { reason } = this.#signal;
    this.#reject(reason);
    this.#abortReason = reason instanceof Error ? reason : new Error('aborted');
    this.#controller?.abort(this.#abortReason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason) controller.abort(this.#abortReason);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders) {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBytes) {
      this.#chunks.push(chunk);
      return;
    }
    this.#finish(null);
    controller.abort(tooLarge);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    this.#finish(bytes);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#reject(error);
  }

  #finish(bytes: Buffer | null): void {
    this.#chunks = [];
    this.#signal.removeEventListener('abort', this.#abort);
    this.#resolve({ status: this.#status, headers: this.#headers, bytes });
  }
}
