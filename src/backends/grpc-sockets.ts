import type { Socket } from 'node:net';
import { ChannelCredentials } from '@grpc/grpc-js';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;

/**
 * The sockets of one gRPC client. grpc-js neither closes a socket whose handshake never ends nor shows
 * whether bytes arrive; credentials are its only extension point that sees sockets.
 */
export class Sockets {
  readonly #open = new Set<Socket>();
  #isClosed = false;

  /** Credentials that behave like `inner`. */
  credentials(inner: ChannelCredentials): ChannelCredentials {
    return new ObservedCredentials(inner, (socket) => this.#add(socket));
  }

  /** Bytes that the open sockets have received. */
  get bytesReceived(): number {
    let sum = 0;
    for (const socket of this.#open) sum += socket.bytesRead;
    return sum;
  }

  /** Destroys the open sockets, and those that are opened later. */
  destroy(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy();
  }

  #add(socket: Socket): void {
    if (this.#isClosed) socket.destroy();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }
}

class ObservedCredentials extends ChannelCredentials {
  readonly #inner: ChannelCredentials;
  readonly #onSocket: (socket: Socket) => void;

  constructor(inner: ChannelCredentials, onSocket: (socket: Socket) => void) {
    super();
    this.#inner = inner;
    this.#onSocket = onSocket;
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...args: Parameters<ChannelCredentials['_createSecureConnector']>
  ): SecureConnector {
    const connector = this.#inner._createSecureConnector(...args);
    return {
      connect: (socket) => {
        this.#onSocket(socket);
        return connector.connect(socket);
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  }
}
