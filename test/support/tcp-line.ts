import { connect, createServer, type Socket } from 'node:net';

/**
 * PASS forwards bytes. MUTE accepts connections and sends nothing. REFUSE closes new connections at
 * once. The mode applies to connections that are accepted from then on.
 */
export type LineMode = 'PASS' | 'MUTE' | 'REFUSE';

export interface TcpLine {
  /** host:port */
  readonly address: string;
  readonly port: number;
  /** Number of connections accepted so far. */
  readonly accepted: number;
  /** Number of accepted connections that are still open. */
  readonly open: number;
  mode: LineMode;
  /** Stops forwarding on the existing connections, as when a firewall forgets them. */
  freeze(): void;
  /** Closes the existing connections. */
  cut(): void;
  close(): void;
}

/** A proxy in front of a server on 127.0.0.1 that can stop working in several ways. */
export async function openTcpLine(target: number): Promise<TcpLine> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;

  function track(socket: Socket, group: Set<Socket>): void {
    socket.on('error', () => {});
    for (const set of [sockets, group]) {
      set.add(socket);
      socket.once('close', () => set.delete(socket));
    }
  }

  function forward(client: Socket): void {
    const upstream = connect(target, '127.0.0.1');
    track(upstream, sockets);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    client.once('close', () => {
      pairs.delete(pair);
      upstream.destroy();
    });
    upstream.once('close', () => client.destroy());
  }

  const server = createServer((client) => {
    accepted++;
    track(client, clients);
    if (line.mode === 'REFUSE') client.destroy();
    else if (line.mode === 'PASS') forward(client);
    // Data that is not read would hide that the client has closed the connection.
    else client.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const line: TcpLine = {
    address: `127.0.0.1:${port}`,
    port,
    get accepted() {
      return accepted;
    },
    get open() {
      return clients.size;
    },
    mode: 'PASS',
    freeze() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).resume();
        upstream.unpipe(client).resume();
      }
      pairs.clear();
    },
    cut() {
      for (const client of clients) client.destroy();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return line;
}
