import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import {
  CloseCode,
  type Context,
  handleProtocols,
  makeServer,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { GatewayError } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import { type Authenticate, onExpiry } from '../auth/authenticate.ts';
import type { OriginPolicy } from '../auth/origin.ts';
import type { Backlog } from '../backlog.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import type { Documents } from '../graphql/documents.ts';
import type { ExecuteOnce } from '../graphql/execution.ts';
import { slices } from '../graphql/limits/slices.ts';
import { publicError, toGraphQLError } from '../graphql/public-error.ts';
import {
  agentFrom,
  type CreateContext,
  type RequestArgs,
  requestIdFrom,
} from '../graphql/request-context.ts';
import { type Deliver, deliverOnce, streamLazily } from '../graphql/result-stream.ts';
import type { Subscribe } from '../graphql/subscription.ts';
import type { TakeRequest } from '../rate-limit.ts';
import { normaliseTarget } from '../request-target.ts';
import { RequestRecord } from '../telemetry/request-record.ts';
import { traceOf } from '../telemetry/spans.ts';
import {
  codeOfClose,
  GOING_AWAY,
  type OnClosing,
  type Send,
  sender,
  serveSocket,
} from './socket.ts';
import { refuseUpgrade, upgradeRefusal } from './upgrade.ts';

/** Milliseconds for the closing handshake before a socket is terminated. */
const CLOSE_TIMEOUT_MS = 500;

type Params = Record<string, unknown>;

/** The state of a socket. */
interface SocketExtra {
  /** The header of the upgrade request. */
  readonly authorization: string | null;
  viewer: Viewer | null;
  readonly agent: string | null;
  /** From the upgrade request, for operations that name no trace of their own. */
  readonly trace: TraceContext | null;
  readonly send: Send;
  /** Closes the socket when the viewer's token expires. */
  expireAt(viewer: Viewer): void;
}

interface SocketArgs extends RequestArgs {
  readonly deliver: Deliver;
}

export interface WebSocketOptions {
  readonly server: Server;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly trusted: TrustedDocuments;
  readonly authenticate: Authenticate;
  readonly origins: OriginPolicy;
  readonly createContext: CreateContext;
  readonly takeRequest: TakeRequest;
  readonly executeOnce: ExecuteOnce;
  readonly subscribe: Subscribe;
  readonly backlog: Backlog;
  readonly limits: Limits;
  /** Aborts at shutdown. */
  readonly shutdown: AbortSignal;
  readonly log: Logger;
}

/** Serves the graphql-transport-ws protocol. The returned function closes every socket. */
export function serveWebSockets(options: WebSocketOptions): () => Promise<void> {
  const { server, log } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    allowSynchronousEvents: false,
    maxPayload: options.limits.bodyBytes,
    handleProtocols,
  });
  const protocol = createProtocol(options);
  server.on('upgrade', (request, socket, head) => {
    // Before ws takes over, an unhandled error event would end the process.
    const onError = (error: Error): void => log.debug({ err: error }, 'upgrade failed');
    socket.on('error', onError);
    normaliseTarget(request);
    const refusal = upgradeRefusal(request, options);
    if (refusal) return refuseUpgrade(request, socket, refusal, log);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', onError);
      const authorization = request.headers.authorization ?? null;
      const send = sender(ws, socket, {
        maxBytes: options.limits.pendingBytes,
        count: (bytes) =>
          options.backlog.add(extra.viewer?.subject ?? '', bytes, () => ws.terminate()),
      });
      const requestId = requestIdFrom(request.headers['x-request-id']);
      const closing: OnClosing = (code, reason) => {
        const record = new RequestRecord({ requestId, transport: 'WS', log });
        if (extra.viewer) record.setSubject(extra.viewer.subject);
        record.refused(codeOfClose(code), reason);
        record.end({ status: code });
      };
      const expireAt = (viewer: Viewer): void => {
        const close = (): void => {
          closing(CloseCode.Forbidden, 'The token has expired.');
          ws.close(CloseCode.Forbidden, 'The token has expired.');
          // A client that does not read never completes the closing handshake.
          const timer = setTimeout(() => ws.terminate(), CLOSE_TIMEOUT_MS).unref();
          ws.once('close', () => clearTimeout(timer));
        };
        ws.once('close', onExpiry(viewer, close));
      };
      const agent = agentFrom(request.headers['user-agent']);
      const trace = traceOf(request.headers);
      const extra: SocketExtra = { authorization, agent, trace, viewer: null, send, expireAt };
      serveSocket(protocol, ws, send, extra, { ...options, closing });
    });
  });

  return () =>
    new Promise((resolve) => {
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

function createProtocol(options: WebSocketOptions) {
  const { schema, documents, authenticate, createContext, limits, log } = options;
  return makeServer<Params, SocketExtra>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    async onConnect({ connectionParams, extra }) {
      try {
        const authorization = authorizationOf(connectionParams, extra);
        extra.viewer = await authenticate({ authorization });
        extra.expireAt(extra.viewer);
        return true;
      } catch (error) {
        // Closes the socket with 4403: clients reconnect with new credentials.
        if (error instanceof GatewayError) return false;
        throw error;
      }
    },
    async onSubscribe({ extra, subscriptions }, id, payload) {
      const { viewer, agent } = extra;
      if (!viewer) throw new Error('subscribed before the socket was acknowledged');
      const requestId = randomUUID();
      const record = new RequestRecord({ requestId, transport: 'WS', log });
      record.setSubject(viewer.subject);
      const { suggestions } = limits;
      const refused = (errors: readonly GraphQLError[]): GraphQLError[] => {
        const scope = { requestId, log, suggestions, onError: record.failed };
        const shown = errors.map((error) => publicError(error, scope));
        record.end();
        return shown;
      };
      try {
        const document = documents.parse(options.trusted.textOf(payload));
        record.setOperation(document, payload.operationName);
        const errors = documents.validate(document);
        if (errors.length > 0) return refused(errors);
        if (!getOperationAST(document, payload.operationName)) {
          return refused([new GraphQLError('The document has no operation of this name.')]);
        }
        checkRunning(Object.keys(subscriptions).length, limits.subscriptionsPerSocket);
        options.takeRequest(viewer.subject);
        if (slices.isOver()) await slices.next();
        const remote = traceOf(payload.extensions ?? {}) ?? extra.trace;
        const contextValue = createContext({ viewer, agent, requestId, record, remote });
        const deliver: Deliver = (payload, sent) => extra.send(nextMessage(id, payload), sent);
        return { schema, document, contextValue, deliver, ...variablesAndName(payload) };
      } catch (error) {
        // A syntax error must not close the whole socket.
        if (error instanceof GraphQLError) return refused([error]);
        if (error instanceof GatewayError) return refused([toGraphQLError(error)]);
        throw error;
      }
    },
    // A socket that closes ends its streams, and the streams end their executions.
    execute(args) {
      const request = args as SocketArgs;
      return deliverOnce(request, options.executeOnce, request.deliver);
    },
    subscribe(args) {
      const request = args as SocketArgs;
      const run = () => options.subscribe(request, request.deliver);
      return streamLazily(request, run);
    },
  });
}

/** @throws GatewayError RATE_LIMITED when too many operations run on a socket, the new one included */
function checkRunning(running: number, limit: number): void {
  if (running <= limit) return;
  const message = `The limit of ${limit} operations at the same time on one socket is reached.`;
  throw new GatewayError('RATE_LIMITED', message, { retryable: true });
}

/** A `next` message around a payload that other sockets receive too. */
function nextMessage(id: string, payload: string): string {
  return `{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`;
}

function variablesAndName({ variables, operationName }: SubscribePayload) {
  return { variableValues: variables ?? null, operationName: operationName ?? null };
}

/** Browsers cannot set headers on a WebSocket, so the connection parameters take precedence. */
function authorizationOf(
  params: Context<Params>['connectionParams'],
  extra: SocketExtra,
): string | null {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? given : extra.authorization;
}
