import {
  type Channel,
  type ChannelCredentials,
  type ChannelOptions,
  connectivityState,
} from '@grpc/grpc-js';
import { Sockets } from '../grpc-sockets.ts';
import type { Egress } from '../network/egress.ts';
import { ObservedChannel } from './observed-channel.ts';

/** When a connection counts as stuck or dead, in milliseconds. */
export interface PullTimes {
  /** A connection that takes longer is stuck: grpc-js waits forever for a peer that never responds. */
  readonly connectMs: number;
  /** Time without a byte after which the connection is probed with a ping. */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
}

/**
 * A lost connection is detected within ten seconds, because the stream is often silent. When a server
 * finds the pings too frequent, grpc-js doubles the time between them.
 */
const defaultTimes: PullTimes = { connectMs: 5_000, keepaliveMs: 6_000, keepaliveTimeoutMs: 3_000 };

/** The gRPC connection of one Pub/Sub client. */
export class PullConnection {
  readonly #egress: Egress;
  readonly #times: PullTimes;
  readonly #sockets: Sockets[] = [];
  readonly #channels: Channel[] = [];

  constructor(egress: Egress, times = defaultTimes) {
    this.#egress = egress;
    this.#times = times;
  }

  /** Options for the client, by the names under which it passes them to grpc-js. */
  get options() {
    return {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.keepalive_time_ms': this.#times.keepaliveMs,
      'grpc.keepalive_timeout_ms': this.#times.keepaliveTimeoutMs,
      'grpc.channelFactoryOverride': (
        address: string,
        credentials: ChannelCredentials,
        options: ChannelOptions,
      ): Channel => {
        const sockets = new Sockets(address, this.#egress);
        const all = { ...options, ...sockets.clientOptions };
        const inner = sockets.credentials(credentials);
        const channel = new ObservedChannel(sockets.clientAddress, inner, all);
        this.#sockets.push(sockets);
        this.#channels.push(channel);
        return channel;
      },
    };
  }

  /** Calls `onStuck` once, when connecting has taken too long. The returned function ends the watch. */
  watch(onStuck: () => void): () => void {
    const { connectMs } = this.#times;
    let connectedAt = performance.now();
    const timer = setInterval(() => {
      if (this.#channels.every(isConnected)) connectedAt = performance.now();
      if (performance.now() - connectedAt < connectMs) return;
      clearInterval(timer);
      onStuck();
    }, connectMs / 5).unref();
    return () => clearInterval(timer);
  }

  /** Why there is no connection; undefined when it is not known. */
  get failure(): unknown {
    return this.#sockets.map(({ failure }) => failure).find((failure) => failure !== undefined);
  }

  /** Closes all sockets, also one whose handshake never ends. */
  close(): void {
    for (const sockets of this.#sockets) sockets.destroy();
  }
}

function isConnected(channel: Channel): boolean {
  return channel.getConnectivityState(false) === connectivityState.READY;
}
