import type { WebSocket } from 'ws';

/** Milliseconds between pings of a socket; a client that misses one is disconnected. */
const HEARTBEAT_MS = 12_000;
/** Parts of that time in each of which a share of the sockets is pinged. */
const GROUPS = 24;

/** Pings sockets, and disconnects clients that no longer answer. */
export class Heartbeat {
  readonly #groups = Array.from({ length: GROUPS }, () => new Set<WebSocket>());
  readonly #unanswered = new WeakSet<WebSocket>();
  readonly #timer: NodeJS.Timeout;
  #added = 0;
  #turn = 0;

  constructor() {
    this.#timer = setInterval(() => this.#ping(), HEARTBEAT_MS / GROUPS).unref();
  }

  add(socket: WebSocket): void {
    const group = this.#groups[this.#added++ % GROUPS];
    group?.add(socket);
    socket.on('pong', () => this.#unanswered.delete(socket));
    socket.once('close', () => group?.delete(socket));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ping(): void {
    for (const socket of this.#groups[this.#turn++ % GROUPS] ?? []) {
      if (this.#unanswered.has(socket)) socket.terminate();
      else {
        this.#unanswered.add(socket);
        socket.ping();
      }
    }
  }
}
