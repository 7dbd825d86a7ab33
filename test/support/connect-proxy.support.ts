import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Issued } from './certificates.support.ts';

/** PASS opens tunnels, HANG never answers CONNECT, and a number is the status of the answer. */
export type ProxyMode = 'PASS' | 'HANG' | number;

export interface ConnectProxy {
  /** 127.0.0.1:port */
  readonly address: string;
  mode: ProxyMode;
  /** The ports of 127.0.0.1 for authorities that tests stand in for. */
  readonly ports: Map<string, number>;
  /** The authority of each CONNECT so far, and its Proxy-Authorization. */
  readonly tunnels: string[];
  readonly authorizations: (string | undefined)[];
  /** Open connections of clients. */
  readonly open: ReadonlySet<Socket>;
}

/** An HTTP proxy that only opens tunnels to 127.0.0.1, gone when the test ends. */
export async function startConnectProxy(identity?: Issued): Promise<ConnectProxy> {
  const open = new Set<Socket>();
  const server = createProxyServer(identity, (_, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    client.on('error', () => {});
    proxy.tunnels.push(url);
    proxy.authorizations.push(headers['proxy-authorization']);
    // Sockets of HTTP servers stay half open after their client is gone.
    if (proxy.mode === 'HANG') return void client.once('end', () => client.end()).resume();
    if (proxy.mode !== 'PASS') return void client.end(`HTTP/1.1 ${proxy.mode} No\r\n\r\n`);
    tunnel(client, proxy.ports.get(url) ?? Number(url.split(':').at(-1)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const proxy: ConnectProxy = {
    address: `127.0.0.1:${port}`,
    mode: 'PASS',
    ports: new Map(),
    tunnels: [],
    authorizations: [],
    open,
  };
  return proxy;
}

function createProxyServer(identity: Issued | undefined, listener: RequestListener): Server {
  if (!identity) return createServer(listener);
  return createSecureServer({ cert: identity.certificate, key: identity.key }, listener);
}

function tunnel(client: Socket, port: number): void {
  const upstream = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => client.destroy());
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroy());
}
