import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { ConnectFailure, explained, proxyRefused, proxyUnreachable } from './failures.ts';
import { addressOf, type Endpoint, type ProxyServer } from './proxy.ts';

/**
 * Opens a tunnel to `target` on a socket that is connected to the proxy. It has no timeout: destroy the
 * socket to end it.
 * @throws ConnectFailure
 */
export async function openTunnel(
  socket: Socket,
  proxy: ProxyServer,
  target: Endpoint,
  secureContext: SecureContext,
): Promise<Socket> {
  try {
    const secured = proxy.isTls ? await secure(socket, proxy, secureContext) : socket;
    return await requestTunnel(secured, proxy, target);
  } catch (error) {
    socket.destroy();
    if (error instanceof ConnectFailure) throw error;
    const problem = explained(error, `the proxy ${addressOf(proxy)}`, 'HTTPS_PROXY');
    throw problem instanceof ConnectFailure ? problem : proxyUnreachable(proxy, target, error);
  }
}

function secure(
  socket: Socket,
  { host }: ProxyServer,
  secureContext: SecureContext,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const servername = isIP(host) === 0 ? host : '';
    const secured = connectTls({ socket, host, servername, secureContext }, () => {
      secured.off('close', closed);
      resolve(secured);
    });
    const closed = (): void => reject(new Error('socket closed'));
    secured.once('close', closed);
    // Stays, because an error without a listener ends the process.
    secured.on('error', reject);
  });
}

function requestTunnel(socket: Socket, proxy: ProxyServer, target: Endpoint): Promise<Socket> {
  const authority = addressOf(target);
  return new Promise((resolve, reject) => {
    const sent = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(proxy.authorization !== null && { 'proxy-authorization': proxy.authorization }),
      },
      createConnection: () => socket,
    });
    sent.once('connect', ({ statusCode = 0 }, tunnel: Socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        reject(proxyRefused(proxy, target, statusCode));
        return;
      }
      if (head.length > 0) tunnel.unshift(head);
      resolve(tunnel);
    });
    sent.once('error', reject);
    sent.end();
  });
}
