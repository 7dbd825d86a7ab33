import { connect as connectTcp, type Socket } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Agent, buildConnector as Connector, fetch as undiciFetch } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import { ConnectFailure, closedAfterHandshake, explained, proxyUnreachable } from './failures.ts';
import { addressOf, type Endpoint, Proxies, type ProxyServer, withoutBrackets } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

const CONNECT_TIMEOUT_MS = 3_000;

/** A client certificate and its key, in PEM format. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  /** The setting of the certificate, which errors name. */
  readonly setting: string;
}

/** Whom connections trust, and how they authenticate. */
export interface TlsMaterial {
  /** PEM certificates of authorities that are trusted in addition to Node's. */
  readonly authorities?: readonly string[] | undefined;
  readonly identity?: Identity | null | undefined;
}

export interface EgressOptions extends TlsMaterial {
  readonly proxies?: Proxies | undefined;
  /** Calls of `connect` fail after this time, in milliseconds. */
  readonly connectMs?: number | undefined;
}

type Connect = Connector.connector;
type Connected = Connector.Callback;

/** How connections leave the gateway: whom they trust, with which certificate, through which proxy. */
export class Egress {
  #tls: TlsMaterial;
  readonly #proxies: Proxies;
  readonly #connectMs: number;
  #secureContext: SecureContext | undefined;
  #direct: Connect | undefined;
  #agent: Agent | undefined;

  constructor(options: EgressOptions = {}) {
    this.#tls = options;
    this.#proxies = options.proxies ?? new Proxies({});
    this.#connectMs = options.connectMs ?? CONNECT_TIMEOUT_MS;
  }

  /** Shared by all connections: to parse the trusted certificates takes milliseconds. */
  get secureContext(): SecureContext {
    this.#secureContext ??= secureContextOf(this.#tls);
    return this.#secureContext;
  }

  /**
   * Makes later connections with other certificates. Connections that are open stay open.
   * @throws Error when OpenSSL rejects the certificates; later connections are made as before
   */
  replaceTls(tls: TlsMaterial): void {
    this.#secureContext = secureContextOf(tls);
    this.#tls = tls;
    // It has the previous context, and caches sessions that were authenticated with it.
    this.#direct = undefined;
  }

  proxyFor(target: Endpoint, scheme: 'http' | 'https'): ProxyServer | null {
    return this.#proxies.for(target, scheme);
  }

  /** The error with an explanation, when a certificate is the reason. */
  explained(error: unknown, server: string): unknown {
    return explained(error, server, this.#certificateSetting);
  }

  /** The failure of a TLS connection that the server closed before it sent anything. */
  closedAfterHandshake(server: string): ConnectFailure {
    return closedAfterHandshake(server, this.#certificateSetting);
  }

  get #certificateSetting(): string {
    return this.#tls.identity?.setting ?? 'the settings of client certificates';
  }

  /** Opens connections for undici. */
  readonly connect: Connect = (options, callback) => {
    const isHttps = options.protocol === 'https:';
    const target = { host: options.hostname, port: Number(options.port) || (isHttps ? 443 : 80) };
    const done: Connected = (...[error, socket]) => {
      if (error) callback(toError(this.explained(error, addressOf(target))), null);
      else callback(null, socket);
    };
    const proxy = this.proxyFor(target, isHttps ? 'https' : 'http');
    if (proxy) this.#connectThrough(proxy, target, options, done);
    else this.#connectDirectly(options, done);
  };

  /** Whether a connection can be made, TLS and the proxy included. Nothing is sent over it. */
  reaches({ protocol, host, hostname, port }: URL): Promise<boolean> {
    const options = { protocol, host, port, hostname: withoutBrackets(hostname) };
    return new Promise((resolve) => {
      this.connect(options, (_error, socket) => {
        socket?.destroy();
        resolve(socket !== null);
      });
    });
  }

  /** Like the global fetch. */
  readonly fetch: typeof undiciFetch = async (input, init) => {
    const { Agent, fetch } = await import('undici');
    this.#agent ??= new Agent({ connect: this.connect });
    return fetch(input, { ...init, dispatcher: this.#agent });
  };

  /** Closes the connections of `fetch`. */
  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  #connectDirectly(options: Connector.Options, done: Connected): void {
    const { secureContext } = this;
    this.#direct ??= buildConnector({ timeout: this.#connectMs, allowH2: false, secureContext });
    this.#direct(options, done);
  }

  /** The time limit covers the proxy and the TLS handshake behind it. */
  #connectThrough(
    proxy: ProxyServer,
    target: Endpoint,
    options: Connector.Options,
    done: Connected,
  ): void {
    const socket = connectTcp({ host: proxy.host, port: proxy.port });
    const timeout = setTimeout(() => {
      socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
    }, this.#connectMs);
    const end: Connected = (...[error, connected]) => {
      clearTimeout(timeout);
      if (!error) return done(null, connected);
      const known = this.explained(error, addressOf(target));
      const failure = known instanceof ConnectFailure;
      done(failure ? known : proxyUnreachable(proxy, target, error), null);
    };
    this.#tunnel(socket, proxy, target).then(
      (tunnel) => {
        if (options.protocol !== 'https:') return end(null, tunnel);
        this.#connectDirectly({ ...options, httpSocket: tunnel }, end);
      },
      (error: unknown) => end(toError(error), null),
    );
  }

  async #tunnel(socket: Socket, proxy: ProxyServer, target: Endpoint): Promise<Socket> {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      // Stays, because an error without a listener ends the process.
      socket.on('error', (error) => reject(proxyUnreachable(proxy, target, error)));
    });
    socket.setNoDelay(true);
    return openTunnel(socket, proxy, target, this.secureContext);
  }
}

function secureContextOf({ authorities = [], identity }: TlsMaterial): SecureContext {
  return createSecureContext({
    ...(authorities.length > 0 && { ca: [...getCACertificates('default'), ...authorities] }),
    ...(identity && { cert: identity.certificate, key: identity.key }),
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
