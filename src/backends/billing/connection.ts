import type { DescMessage } from '@bufbuild/protobuf';
import {
  type ChannelOptions,
  Client,
  type ClientOptions,
  connectivityState,
  credentials,
} from '@grpc/grpc-js';
import { Sockets } from '../grpc-sockets.ts';
import type { Egress } from '../network/egress.ts';
import { NotConnected, sendUnary, type UnaryRequest, type UnaryResponse } from './unary.ts';

const channelOptions: ChannelOptions = {
  // Other clients of the same address share subchannels otherwise, also one that is stuck.
  'grpc.use_local_subchannel_pool': 1,
  // Keepalive values of the vendor's Go SDK. Servers punish more frequent pings.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  // BackendCalls retries.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Nothing reads these counters.
  'grpc.enable_channelz': 0,
};

/** Longest wait for one change of a connection's state, in milliseconds. */
const STATE_WAIT_MS = 1_000;
/** What a connection is made to, and how. */
export interface ConnectionTarget {
  /** host:port */
  readonly address: string;
  readonly tls: boolean;
  readonly egress: Egress;
}

/** How often within the time of silence a connection is checked. */
const SILENCE_CHECKS = 6;

/** A gRPC client with one connection, which is not used again after it is lost. */
export class Connection {
  readonly #client: Client;
  readonly #channel: ReturnType<Client['getChannel']>;
  readonly #sockets: Sockets;
  readonly #silenceMs: number;
  #state: 'OPEN' | 'RETIRED' | 'CLOSED' = 'OPEN';
  #calls = 0;
  #silenceTimer: NodeJS.Timeout | undefined;
  /** The start of the first call since the last byte; null when all calls were answered. */
  #silentSince: number | null = null;
  #bytesReceived = 0;

  /**
   * @param silenceMs time without a byte from the peer, while calls wait, after which it may be gone
   */
  constructor({ address, tls, egress }: ConnectionTarget, silenceMs: number) {
    const sockets = new Sockets(address, egress);
    const options: ClientOptions = { ...channelOptions, ...sockets.clientOptions };
    const inner = tls ? credentials.createSsl() : credentials.createInsecure();
    this.#sockets = sockets;
    this.#client = new Client(sockets.clientAddress, sockets.credentials(inner), options);
    this.#channel = this.#client.getChannel();
    this.#silenceMs = silenceMs;
  }

  isReady(): boolean {
    return (
      this.#state === 'OPEN' &&
      this.#channel.getConnectivityState(false) === connectivityState.READY
    );
  }

  /** Why the connection was not established; undefined when it is not known. */
  get failure(): unknown {
    return this.#sockets.failure;
  }

  /** Resolves when the connection is established; rejects with NotConnected when that fails. */
  async connect(): Promise<void> {
    while (this.#state === 'OPEN') {
      const state = this.#channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) break;
      await this.#stateChange(state);
    }
    throw new NotConnected('No connection established', this.failure);
  }

  /** Rejects with grpc-js's ServiceError, or with the signal's reason. */
  async unary<O extends DescMessage>(request: UnaryRequest<O>): Promise<UnaryResponse<O>> {
    if (this.#state === 'CLOSED') throw new NotConnected('Connection closed');
    this.#calls++;
    this.#watchSilence();
    try {
      return await sendUnary(this.#channel, request);
    } finally {
      this.#calls--;
      if (this.#calls === 0) this.#becomeIdle();
    }
  }

  /** Accepts no new calls, and closes after the last one has ended. */
  retire(): void {
    if (this.#state !== 'OPEN') return;
    this.#state = 'RETIRED';
    if (this.#calls === 0) this.close();
  }

  /** Calls that are under way fail with UNAVAILABLE. */
  close(): void {
    this.#state = 'CLOSED';
    clearInterval(this.#silenceTimer);
    this.#client.close();
    this.#sockets.destroy();
  }

  #becomeIdle(): void {
    clearInterval(this.#silenceTimer);
    this.#silenceTimer = undefined;
    this.#checkSilence();
    if (this.#state === 'RETIRED') this.close();
  }

  #watchSilence(): void {
    if (this.#silentSince === null) {
      this.#silentSince = performance.now();
      this.#bytesReceived = this.#sockets.bytesReceived;
    }
    const check = (): void => this.#checkSilence();
    this.#silenceTimer ??= setInterval(check, this.#silenceMs / SILENCE_CHECKS).unref();
  }

  /**
   * Retires the connection when its peer is silent: it may be gone without having closed the
   * connection, which TCP and keepalive notice only after a longer time. Calls under way continue. The
   * time of calls that have ended counts too, because their deadline may be shorter.
   */
  #checkSilence(): void {
    const received = this.#sockets.bytesReceived;
    const now = performance.now();
    if (received !== this.#bytesReceived) {
      this.#bytesReceived = received;
      this.#silentSince = this.#calls > 0 ? now : null;
    } else if (this.#silentSince !== null && now - this.#silentSince >= this.#silenceMs) {
      this.retire();
    }
  }

  #stateChange(state: connectivityState): Promise<void> {
    const soon = new Date(Date.now() + STATE_WAIT_MS);
    return new Promise((resolve) => {
      this.#channel.watchConnectivityState(state, soon, () => resolve());
    });
  }
}
