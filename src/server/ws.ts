import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Viewer } from '../domain/viewer.ts';
import type { Logger } from '../log.ts';
import { executeOnce, type StreamArgs, subscribePerEvent } from './execution.ts';
import { type OriginPolicy, originRefusal } from './origin.ts';
import { publicError } from './public-error.ts';
import type { RequestContext } from './request-context.ts';
import type { Authenticate } from './viewer.ts';

/** The largest message that a client may send, in bytes. */
const MAX_MESSAGE = 1_000_000;

/** Who is behind a socket, and the signal that ends with it. */
interface SocketExtra extends Record<PropertyKey, unknown> {
  viewer: Viewer;
  closed: AbortController;
}

export interface WebSocketOptions {
  readonly server: Server;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly origins: OriginPolicy;
  readonly createContext: (
    viewer: Viewer,
    requestId: string,
    signal: AbortSignal,
  ) => RequestContext;
  readonly log: Logger;
}

/** Serves the graphql-transport-ws protocol. The returned function closes every socket. */
export function serveWebSockets(options: WebSocketOptions): () => Promise<void> {
  const { server, schema, createContext, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE });
  const served = useServer<Record<string, unknown>, SocketExtra>(
    {
      async onConnect({ connectionParams, extra }) {
        const authorization = authorizationOf(connectionParams, extra.request);
        extra.viewer = await options.authenticate({ authorization });
        extra.closed = new AbortController();
      },
      onClose({ extra }) {
        extra.closed?.abort();
      },
      onSubscribe({ extra }, _id, payload) {
        const requestId = randomUUID();
        try {
          const document = parse(payload.query);
          const errors = validate(schema, document);
          if (errors.length > 0) return errors.map((e) => publicError(e, { requestId, log }));
          const { viewer, closed } = requireConnected(extra);
          const contextValue = createContext(viewer, requestId, closed.signal);
          return { schema, document, contextValue, ...variablesAndName(payload) };
        } catch (error) {
          // A document that does not parse must not take the whole socket down.
          if (error instanceof GraphQLError) return [publicError(error, { requestId, log })];
          throw error;
        }
      },
      execute: (args) => executeOnce(args as StreamArgs, log),
      subscribe: (args) => subscribePerEvent(args as StreamArgs, log),
    },
    sockets,
  );
  server.on('upgrade', (request, socket, head) => {
    const refusal = upgradeRefusal(request, options);
    if (refusal) return refuse(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request));
  });
  return async () => served.dispose();
}

function variablesAndName({ variables, operationName }: SubscribePayload) {
  return { variableValues: variables ?? null, operationName: operationName ?? null };
}

function requireConnected(extra: Partial<SocketExtra>): SocketExtra {
  const { viewer, closed } = extra;
  if (viewer && closed) return { viewer, closed };
  throw new Error('subscribed before the socket was acknowledged');
}

type Params = Context<Record<string, unknown>>['connectionParams'];

/** Browsers can set no header on a socket: the connection parameters stand for it. */
function authorizationOf(params: Params, request: IncomingMessage): string | null {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? given : (request.headers.authorization ?? null);
}

function upgradeRefusal(request: IncomingMessage, { path, origins }: WebSocketOptions) {
  const pathname = request.url?.split('?', 1)[0];
  if (pathname !== path) return { status: '404 Not Found', message: 'Not found.' };
  const message = originRefusal(request, origins);
  return message === null ? null : { status: '403 Forbidden', message };
}

function refuse(socket: Duplex, { status, message }: { status: string; message: string }): void {
  const length = Buffer.byteLength(message);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${message}`,
  );
}
