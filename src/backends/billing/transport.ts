import type { DescMessage, DescMethod, MessageShape } from '@bufbuild/protobuf';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type ChannelOptions,
  Client,
  type ClientOptions,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { abortable } from '../../domain/call-scope.ts';

/** Keepalive values of the vendor's Go SDK, with faster reconnects for short backend restarts. */
const channelOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // BackendCalls retries.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
};

/** Longest wait for one change of a connection's state, in milliseconds. */
const STATE_WAIT_MS = 1_000;

/** A unary method of a protobuf-es service description. */
export type UnaryMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly methodKind: 'unary';
  readonly input: I;
  readonly output: O;
};

export interface UnaryCall {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; sent as grpc-timeout. */
  readonly deadline: number;
}

export interface UnaryResponse<O extends DescMessage> {
  readonly message: MessageShape<O>;
  /** Response headers and trailers, headers first. */
  readonly metadata: Metadata;
}

/** A gRPC channel to one host. */
export class Channel {
  readonly #client: Client;
  #closed = false;

  /** @param address host:port */
  constructor(address: string, tls: boolean) {
    const options: ClientOptions = channelOptions;
    const channelCredentials = tls ? credentials.createSsl() : credentials.createInsecure();
    this.#client = new Client(address, channelCredentials, options);
  }

  /** Rejects with grpc-js's ServiceError, or with the signal's reason. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: UnaryMethod<I, O>,
    request: MessageShape<I>,
    call: UnaryCall,
  ): Promise<UnaryResponse<O>> {
    const { signal, metadata, deadline } = call;
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      let headers: Metadata | undefined;
      const sent = this.#client.makeUnaryRequest(
        `/${method.parent.typeName}/${method.name}`,
        (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        request,
        metadata,
        { deadline },
        (error, message) => {
          signal.removeEventListener('abort', cancel);
          if (signal.aborted) return reject(signal.reason);
          if (error) return reject(withHeaders(error, headers));
          if (!message) return reject(new Error('unary call ended without a message'));
          trailers.then((trailing) => {
            const all = headers?.clone() ?? trailing.clone();
            if (headers) all.merge(trailing);
            resolve({ message, metadata: all });
          });
        },
      );
      const trailers = new Promise<Metadata>((done) => {
        sent.once('status', ({ metadata }) => done(metadata));
      });
      sent.once('metadata', (metadata) => {
        headers = metadata;
      });
      const cancel = (): void => sent.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  }

  /**
   * Resolves when a connection is established. Rejects with a ServiceError UNAVAILABLE when connecting
   * fails, or with the signal's reason.
   */
  async ready(signal: AbortSignal): Promise<void> {
    const channel = this.#client.getChannel();
    while (!this.#closed) {
      signal.throwIfAborted();
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) break;
      const soon = new Date(Date.now() + STATE_WAIT_MS);
      const changed = new Promise<void>((resolve) => {
        channel.watchConnectivityState(state, soon, () => resolve());
      });
      await abortable(changed, signal);
    }
    throw connectionError();
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }
}

/** grpc-js throws synchronously for calls after close; this is its error for calls in flight. */
function closedError(): ServiceError {
  return unavailable('Channel closed');
}

function connectionError(): ServiceError {
  return unavailable('No connection established');
}

function unavailable(details: string): ServiceError {
  const fields = { code: status.UNAVAILABLE, details, metadata: new Metadata() };
  return Object.assign(new Error(details), fields);
}

/** A server may send its request id in the headers or in the trailers. */
function withHeaders(error: ServiceError, headers: Metadata | undefined): ServiceError {
  if (headers) error.metadata.merge(headers);
  return error;
}
