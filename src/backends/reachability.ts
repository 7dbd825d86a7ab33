import { connect } from 'node:net';

/** Milliseconds until a host that does not accept a connection counts as unreachable. */
const CONNECT_MS = 3_000;

/** Whether a TCP connection can be made. Nothing is sent. */
export function acceptsConnections(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port, timeout: CONNECT_MS });
    const end = (isAccepted: boolean): void => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** What a backend's readiness check reports. */
export const unreachable = 'cannot connect';
export const breakerOpen = 'the breaker is open';
