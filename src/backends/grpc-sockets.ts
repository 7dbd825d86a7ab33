import type { Socket } from 'node:net';
import { ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { Egress } from './network/egress.ts';
import { proxyUnreachable } from './network/failures.ts';
import { addressOf, type ProxyServer, parseAddress } from './network/proxy.ts';
import { openTunnel } from './network/tunnel.ts';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type ConnectorArguments = Parameters<ChannelCredentials['_createSecureConnector']>;

/**
 * The sockets of one gRPC client. grpc-js neither closes a socket whose handshake never ends, nor shows
 * whether bytes arrive or why a connection failed; credentials are its only extension point that sees
 * sockets. They also open the tunnel of a proxy, because a tunnel of grpc-js has no time limit.
 */
export class Sockets {
  /** The address and the options that the client connects with: those of the proxy, if there is one. */
  readonly clientAddress: string;
  readonly clientOptions: Readonly<Record<string, string | number>>;
  readonly #address: string;
  readonly #egress: Egress;
  readonly #proxy: ProxyServer | null;
  readonly #open = new Set<Socket>();
  #failure: unknown;
  #isClosed = false;

  /** @param address host:port of the server */
  constructor(address: string, egress: Egress) {
    this.#address = address;
    this.#egress = egress;
    this.#proxy = egress.proxyFor(parseAddress(address), 'https');
    this.clientAddress = this.#proxy ? addressOf(this.#proxy) : address;
    // grpc-js reads proxies from the environment otherwise.
    this.clientOptions = { 'grpc.enable_http_proxy': 0, 'grpc.default_authority': address };
  }

  /** Credentials that behave like `inner`, with the certificates of the egress. */
  credentials(inner: ChannelCredentials): ChannelCredentials {
    return new ObservedCredentials(inner, (args) => (socket) => {
      // Each time, because the certificates of the egress can be replaced.
      const secured = inner._isSecure()
        ? credentials.createFromSecureContext(this.#egress.secureContext)
        : inner;
      const connector = secured._createSecureConnector(...this.#serverArguments(args));
      return this.#connect(socket, connector);
    });
  }

  /** Why the last connection failed; undefined when grpc-js does not show the reason. */
  get failure(): unknown {
    if (this.#failure !== undefined || !this.#proxy) return this.#failure;
    return proxyUnreachable(this.#proxy, parseAddress(this.#address));
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

  async #connect(socket: Socket, connector: SecureConnector) {
    this.#add(socket);
    try {
      const server = parseAddress(this.#address);
      const { secureContext } = this.#egress;
      const path = this.#proxy
        ? await openTunnel(socket, this.#proxy, server, secureContext)
        : socket;
      const connected = await connector.connect(path);
      // With TLS 1.3, the server rejects a client certificate after the handshake.
      connected.socket.on('error', (error) => this.#fail(error));
      if (connected.secure) {
        connected.socket.once('close', () => {
          this.#failure ??= this.#egress.closedAfterHandshake(this.#address);
        });
      }
      return connected;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#failure = this.#egress.explained(error, this.#address);
  }

  /** TLS verifies the name of the server, also when the client connects to a proxy. */
  #serverArguments([, ...rest]: ConnectorArguments): ConnectorArguments {
    return [{ scheme: 'dns', path: this.#address }, ...rest];
  }

  #add(socket: Socket): void {
    if (this.#isClosed) socket.destroy();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }
}

type OpenConnector = (args: ConnectorArguments) => SecureConnector['connect'];

class ObservedCredentials extends ChannelCredentials {
  readonly #inner: ChannelCredentials;
  readonly #openConnector: OpenConnector;

  constructor(inner: ChannelCredentials, openConnector: OpenConnector) {
    super();
    this.#inner = inner;
    this.#openConnector = openConnector;
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...args: ConnectorArguments): SecureConnector {
    const inner = this.#inner._createSecureConnector(...args);
    return {
      connect: this.#openConnector(args),
      waitForReady: () => inner.waitForReady(),
      getCallCredentials: () => inner.getCallCredentials(),
      destroy: () => inner.destroy(),
    };
  }
}
