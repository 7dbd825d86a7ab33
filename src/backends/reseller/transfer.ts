import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

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
  signal: AbortSignal,
  maxBytes: number,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const collector = new Collector(maxBytes, resolve, (error) => {
      signal.removeEventListener('abort', abort);
      reject(error);
    });
    const abort = (): void => collector.abort(signal.reason);
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    collector.onEnd = () => signal.removeEventListener('abort', abort);
    dispatcher.dispatch(options, collector);
  });
}

const tooLarge = new Error('the response body is too large');

class Collector implements Dispatcher.DispatchHandler {
  /** Called when the response is complete. */
  onEnd = (): void => {};
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
    maxBytes: number,
    resolve: (response: RawResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Ends the request, also while it waits for a socket. */
  abort(reason: unknown): void {
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
    this.#reject(error);
  }

  #finish(bytes: Buffer | null): void {
    this.#chunks = [];
    this.onEnd();
    this.#resolve({ status: this.#status, headers: this.#headers, bytes });
  }
}
