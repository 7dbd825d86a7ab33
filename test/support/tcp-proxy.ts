import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * PASS forwards bytes. MUTE accepts connections and sends nothing. REFUSE closes new connections at
 * once. The mode applies to connections that are accepted from then on.
 */
export type ProxyMode = 'PASS' | 'MUTE' | 'REFUSE';

export interface TcpProxy {
  /** host:port */
  readonly address: string;
  readonly port: number;
  /** Number of connections accepted so far. */
  accepted: number;
  /** Number of accepted connections that are still open. */
  readonly open: number;
  mode: ProxyMode;
  /** Stops forwarding on the existing connections, as when a firewall forgets them. */
  freeze(): void;
}

/** A proxy in front of a server on 127.0.0.1, gone when the test ends. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  }

  const server = createServer((client) => {
    proxy.accepted++;
    if (proxy.mode === 'REFUSE') return void client.destroy();
    track(client);
    clients.add(client);
    client.once('close', () => clients.delete(client));
    // Data that is not read would delay the notice that the peer has closed.
    if (proxy.mode === 'MUTE') return void client.resume();
    const upstream = connect(target, '127.0.0.1');
    track(upstream);
    pairs.add([client, upstream]);
    client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  const clients = new Set<Socket>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const proxy: TcpProxy = {
    address: `127.0.0.1:${port}`,
    port,
    accepted: 0,
    get open() {
      return clients.size;
    },
    mode: 'PASS',
    freeze() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.resume();
        upstream.resume();
      }
      pairs.clear();
    },
  };
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return proxy;
}
