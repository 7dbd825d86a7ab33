import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { connectionError } from './connection-errors.ts';

/** A response whose body has been received but not decoded. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Null when the body is larger than allowed. */
  readonly bytes: Buffer | null;
}

/**
 * Sends one request and collects its response, without a stream in between: answers are short. An
 * abort frees the socket in every phase. Rejects with UNAVAILABLE when the connection fails, or with
 * the reason of the signal.
 * @param read what the response becomes
 */
export function transfer<T>(
  dispatcher: Dispatcher,
  request: Request,
  signal: CancelSignal,
  maxBytes: number,
  read: Read<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const collector = new Collector({ request, signal, maxBytes, read, resolve, reject });
    try {
      dispatcher.dispatch(request, collector);
    } catch (error) {
      collector.failed(error);
    }
  });
}

type Request = Dispatcher.DispatchOptions;

export type Read<T> = (response: RawResponse, request: Request) => T | Promise<T>;

interface Transfer<T> {
  readonly request: Request;
  readonly signal: CancelSignal;
  readonly maxBytes: number;
  readonly read: Read<T>;
  resolve(result: T | Promise<T>): void;
  reject(reason: unknown): void;
}

const tooLarge = new Error('the response body is too large');

/**
 * Collects a response. It then refers to nothing more: undici keeps it until the next request on the
 * same socket, and the text of a response that is kept that long is moved to the long-lived objects.
 */
class Collector<T> implements Dispatcher.DispatchHandler {
  #transfer: Transfer<T> | null;
  #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #abortReason: Error | null = null;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #size = 0;

  constructor(transfer: Transfer<T>) {
    this.#transfer = transfer;
    transfer.signal.addEventListener('abort', this, { once: true });
  }

  /** The signal aborts: ends the request, also while it waits for a socket. */
  handleEvent(): void {
    const transfer = this.#end();
    if (!transfer) return;
    const { reason } = transfer.signal;
    transfer.reject(reason);
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
    if (this.#size <= (this.#transfer?.maxBytes ?? 0)) {
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
    this.failed(error);
  }

  /** @param error of the connection */
  failed(error: unknown): void {
    const transfer = this.#end();
    if (!transfer) return;
    const { signal, reject } = transfer;
    reject(signal.aborted ? signal.reason : connectionError(error));
  }

  #finish(bytes: Buffer | null): void {
    const response = { status: this.#status, headers: this.#headers, bytes };
    const transfer = this.#end();
    if (!transfer) return;
    const { read, request, resolve, reject } = transfer;
    try {
      resolve(read(response, request));
    } catch (error) {
      reject(error);
    }
  }

  /** Null when it has ended before. */
  #end(): Transfer<T> | null {
    const transfer = this.#transfer;
    this.#transfer = null;
    this.#chunks = [];
    this.#headers = {};
    transfer?.signal.removeEventListener('abort', this);
    return transfer;
  }
}
