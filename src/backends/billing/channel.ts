import type { DescMessage } from '@bufbuild/protobuf';
import { abortable } from '../../domain/call-scope.ts';
import type { CancelSignal } from '../../domain/cancellation.ts';
import { Connection, type ConnectionTarget } from './connection.ts';
import { NotConnected, type UnaryRequest, type UnaryResponse } from './unary.ts';

/** When a connection counts as stuck or dead, in milliseconds. */
export interface ConnectionTimes {
  /** Calls stop waiting for a connection after this time. */
  readonly connectMs: number;
  /** A connection that takes longer may be stuck, so a second one is attempted beside it. */
  readonly secondAttemptMs: number;
  /** A connection on which calls wait and nothing arrives is replaced after this time. */
  readonly silenceMs: number;
}

const defaultTimes: ConnectionTimes = {
  connectMs: 3_000,
  secondAttemptMs: 1_500,
  silenceMs: 3_000,
};

/**
 * A gRPC channel to one host. It makes its own connections, because grpc-js waits forever for a peer
 * that accepts a connection and never responds, and makes all calls wait with it.
 */
export class Channel {
  readonly #target: ConnectionTarget;
  readonly #times: ConnectionTimes;
  #current: Connection | null = null;
  #connecting: Promise<Connection> | null = null;
  readonly #closing = new AbortController();

  constructor(target: ConnectionTarget, times: ConnectionTimes = defaultTimes) {
    this.#target = target;
    this.#times = times;
  }

  /** Rejects with grpc-js's ServiceError, or with the signal's reason. */
  async unary<O extends DescMessage>(request: UnaryRequest<O>): Promise<UnaryResponse<O>> {
    const connection = await this.#connection(request.signal);
    return connection.unary(request);
  }

  /**
   * Resolves when a connection is established. Rejects with NotConnected when that fails, or with the
   * signal's reason.
   */
  async ready(signal: CancelSignal): Promise<void> {
    await this.#connection(signal);
  }

  /** Calls that are under way fail with UNAVAILABLE. */
  close(): void {
    this.#closing.abort(new NotConnected('Channel closed'));
    this.#current?.close();
  }

  /** Concurrent calls wait for the same connection. */
  async #connection(signal: CancelSignal): Promise<Connection> {
    signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    if (this.#current?.isReady()) return this.#current;
    this.#current?.retire();
    this.#current = null;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return abortable(this.#connecting, signal);
  }

  /** The first connection that is established; the other attempt is closed. */
  async #connect(): Promise<Connection> {
    const { connectMs, secondAttemptMs, silenceMs } = this.#times;
    const attempts = new Set<Connection>();
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const attempt = (): void => {
      const connection = new Connection(this.#target, silenceMs);
      attempts.add(connection);
      const fail = (error: unknown): void => {
        attempts.delete(connection);
        connection.close();
        if (attempts.size === 0) reject(error);
      };
      connection.connect().then(() => resolve(connection), fail);
    };
    const second = setTimeout(attempt, secondAttemptMs);
    const end = setTimeout(() => {
      const [pending] = attempts;
      reject(new NotConnected(`No connection within ${connectMs} ms`, pending?.failure));
    }, connectMs);
    attempt();
    try {
      const connection = await abortable(promise, this.#closing.signal);
      attempts.delete(connection);
      this.#current = connection;
      return connection;
    } finally {
      clearTimeout(second);
      clearTimeout(end);
      for (const connection of attempts) connection.close();
    }
  }
}
