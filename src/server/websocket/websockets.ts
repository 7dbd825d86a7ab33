import type { Server } from 'node:http';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { OriginPolicy } from '../auth/origin.ts';
import { agentFrom } from '../graphql/request-context.ts';
import { normaliseTarget } from '../request-target.ts';
import { traceOf } from '../telemetry/spans.ts';
import { CLOSE_TIMEOUT_MS, Connection, type ConnectionOptions } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { refuseUpgrade, upgradeRefusal } from './upgrade.ts';

/** The close code for a server that shuts down. RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001;

export interface WebSocketOptions extends ConnectionOptions {
  readonly server: Server;
  readonly path: string;
  readonly origins: OriginPolicy;
  /** Aborts at shutdown. */
  readonly shutdown: AbortSignal;
}

/** Serves GraphQL over WebSocket. The returned function closes every socket. */
export function serveWebSockets(options: WebSocketOptions): () => Promise<void> {
  const { server, log, limits } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    // Connections write frames themselves.
    perMessageDeflate: false,
    allowSynchronousEvents: false,
    maxPayload: limits.bodyBytes,
    handleProtocols,
  });
  const heartbeat = new Heartbeat();
  server.on('upgrade', (request, socket, head) => {
    // Before ws takes over, an unhandled error event would end the process.
    const onError = (error: Error): void => log.debug({ err: error }, 'upgrade failed');
    socket.on('error', onError);
    normaliseTarget(request);
    const refusal = upgradeRefusal(request, options);
    if (refusal) return refuseUpgrade(request, socket, refusal, log);
    const { headers } = request;
    const facts = {
      connection: socket,
      requestId: headers['x-request-id']?.toString(),
      authorization: headers.authorization ?? null,
      agent: agentFrom(headers['user-agent']),
      trace: traceOf(headers),
    };
    sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      socket.off('error', onError);
      heartbeat.add(ws);
      new Connection(ws, facts, options);
    });
  });

  return () =>
    new Promise((resolve) => {
      heartbeat.close();
      for (const ws of sockets.clients) ws.close(GOING_AWAY, 'The gateway is shutting down.');
      // A client that does not read never completes the closing handshake.
      const timer = setTimeout(() => {
        for (const ws of sockets.clients) ws.terminate();
      }, CLOSE_TIMEOUT_MS);
      sockets.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
}
