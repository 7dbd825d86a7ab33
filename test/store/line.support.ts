import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of PostgreSQL. */
export interface Line {
  /** The database's URL, through the proxy. */
  readonly url: string;
  /** Changes the milliseconds that data takes in each direction. */
  delay(ms: number): void;
  /** Drops all data in both directions without closing a connection, like a firewall. */
  silence(): void;
  /** Forwards requests but drops the server's responses. */
  dropResponses(): void;
  /** Forwards data of new connections again. */
  restore(): void;
  /** Closes all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** @param delayAtStartMs milliseconds that data takes in each direction */
export async function startLine(url: string, delayAtStartMs = 0): Promise<Line> {
  let delayMs = delayAtStartMs;
  const target = new URL(url);
  const { hostname: host, port } = target;
  const sockets = new Set<Socket>();
  let dropped: 'nothing' | 'responses' | 'everything' = 'nothing';
  const later = (work: () => void) => (delayMs > 0 ? setTimeout(work, delayMs) : work());

  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: Number(port), host, noDelay: true });
    forward(client, upstream, () => dropped === 'everything');
    forward(upstream, client, () => dropped !== 'nothing');
  });

  function forward(from: Socket, to: Socket, isDropped: () => boolean) {
    sockets.add(from);
    from.on('data', (data) => isDropped() || later(() => to.writable && to.write(data)));
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      if (!isDropped()) to.destroy();
    });
  }

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  target.port = String(address.port);
  return {
    url: target.href,
    delay(ms) {
      delayMs = ms;
    },
    silence() {
      dropped = 'everything';
    },
    dropResponses() {
      dropped = 'responses';
    },
    restore() {
      dropped = 'nothing';
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
