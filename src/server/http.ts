import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Limits } from '../domain/limits.ts';
import { runIn } from '../domain/tracing.ts';
import type { Logger } from '../log.ts';
import type { RequestScope } from '../services/scope.ts';
import type { Services } from '../services/services.ts';
import type { Authenticate } from './auth/authenticate.ts';
import type { OriginPolicy } from './auth/origin.ts';
import { Backlog } from './backlog.ts';
import { TrustedDocuments, type TrustedDocumentsOptions } from './documents/trusted-documents.ts';
import { createCompress } from './graphql/compression.ts';
import { createDocuments } from './graphql/documents.ts';
import { createExecuteOnce } from './graphql/execution.ts';
import { meterSchema } from './graphql/limits/metered-schema.ts';
import {
  type CreateContext,
  createRequestContext,
  requestIdFrom,
} from './graphql/request-context.ts';
import { createSubscribe } from './graphql/subscription.ts';
import { IdentifiedResponse } from './identified-response.ts';
import type { McpMode } from './mcp/mode.ts';
import type { PushOptions } from './push/push-endpoint.ts';
import { createRateLimit } from './rate-limit.ts';
import { createReadiness, type ReadinessCheck } from './readiness.ts';
import { refuse } from './refusal.ts';
import { normaliseTarget, pathOf } from './request-target.ts';
import { createRouter, PATH } from './routes.ts';
import { Running } from './running.ts';
import { recordOf } from './telemetry/http-record.ts';
import { endServerSpan, startServerSpan } from './telemetry/spans.ts';
import { Turns } from './turns.ts';
import { serveWebSockets } from './websocket/websockets.ts';

/** Milliseconds for which a rejected client may continue to send, so that it can read the response. */
const LINGER_MS = 500;

/**
 * Connections that may wait to be accepted. A connection that finds the queue full is tried again a
 * second later by its client's kernel. Linux uses at most net.core.somaxconn.
 */
const BACKLOG = 4_096;

export interface HttpOptions {
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly createServices: (scope: RequestScope) => Services;
  readonly origins: OriginPolicy;
  readonly limits: Limits;
  readonly trusted: TrustedDocumentsOptions;
  /** Milliseconds for which caches may reuse the answer to a document that is requested with GET. */
  readonly documentMaxAgeMs: number;
  /** Deadline of one query, mutation or event, in milliseconds. */
  readonly deadlineMs: number;
  /** How long running requests may continue after `close`, in milliseconds. */
  readonly drainTimeoutMs: number;
  readonly push: PushOptions;
  /** Whether answers are compressed for clients that accept it. */
  readonly compression: boolean;
  /** How long an idle connection stays open for another request, in milliseconds. */
  readonly keepAliveTimeoutMs: number;
  /** What `/readyz` checks. */
  readonly readiness: readonly ReadinessCheck[];
  /** What agents may do at `/mcp`; null serves nothing there. */
  readonly mcp: McpMode | null;
  /** Milliseconds in which a client must read a page of an export; a minute by default. */
  readonly exportStallMs?: number | undefined;
  readonly log: Logger;
}

/** Serves GraphQL (HTTP, SSE, WebSocket) and GraphiQL on one path, Pub/Sub pushes on another. */
export function createHttpServer(options: HttpOptions) {
  meterSchema(options.schema);
  const shutdown = new AbortController();
  const { deadlineMs, limits, createServices, log } = options;
  const createContext: CreateContext = (origin) =>
    createRequestContext({ ...origin, deadlineMs, limits, createServices, log });
  const takeRequest = createRateLimit(options.limits.requestsPerMinute);
  const parts = {
    ...options,
    path: PATH,
    documents: createDocuments(options.schema, options.limits),
    trusted: new TrustedDocuments(options.trusted),
    createContext,
    takeRequest,
    compress: options.compression ? createCompress() : null,
    backlog: new Backlog(options.limits.pendingBytes),
    executeOnce: createExecuteOnce(options.limits),
    subscribe: createSubscribe(options.limits),
    shutdown: shutdown.signal,
  };
  const route = createRouter(parts);
  const readiness = createReadiness(options.readiness, shutdown.signal);
  const running = new Running();
  const turns = new Turns();

  const server = createServer(serverOptions(options), (request, response) => {
    normaliseTarget(request);
    const requestId = requestIdFrom(request.headers['x-request-id']);
    response.requestId = requestId;
    const { socket } = request;
    const path = pathOf(request);
    if (path === '/livez' || path === '/readyz') {
      response.on('close', () => cutOffUpload(request, socket));
      if (path === '/livez') return answer(response, 200, { ok: true });
      return void readiness().then((state) => answer(response, state.ok ? 200 : 503, state));
    }
    const handle = route(request);
    const isServed = typeof handle === 'function';
    const span = startServerSpan(request, isServed ? path : undefined);
    if (isServed) running.add();
    response.on('close', () => {
      cutOffUpload(request, socket);
      if (isServed) running.remove();
      endServerSpan(span, response);
    });
    if (!isServed) {
      return runIn(span, () => {
        recordOf(response, requestId, options.log).refused(handle.code, handle.message);
        refuse(request, response, requestId, handle, options.origins);
      });
    }
    turns.add(() => void runIn(span, () => handle(request, response, requestId)));
  });
  server.on('connection', () => turns.accepted());
  const closeSockets = serveWebSockets({ ...parts, server });

  return {
    /** Port 0 selects a free port. Resolves with the URL of the GraphQL endpoint. */
    async listen(host: string, port: number): Promise<string> {
      server.listen({ port, host, backlog: BACKLOG });
      await once(server, 'listening');
      return urlOf(server, host);
    },
    /**
     * Ends streams, rejects new requests, waits for running ones up to the drain timeout, and stops
     * listening. Health endpoints respond until then.
     */
    async close(): Promise<void> {
      // Sockets close before their streams end: clients would take an orderly end as final.
      const socketsClosed = closeSockets();
      shutdown.abort();
      await Promise.all([socketsClosed, running.ended(options.drainTimeoutMs)]);
      await closed(server);
    },
  };
}

/** The longest interval at which connections are checked for their timeout, in milliseconds. */
const CHECK_INTERVAL_MS = 1_000;

function serverOptions({
  limits,
  keepAliveTimeoutMs,
}: HttpOptions): ServerOptions<typeof IncomingMessage, typeof IdentifiedResponse> {
  const { headersTimeoutMs } = limits;
  return {
    ServerResponse: IdentifiedResponse,
    keepAliveTimeout: keepAliveTimeoutMs,
    headersTimeout: headersTimeoutMs,
    requestTimeout: headersTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersTimeoutMs),
    // Other protocols are not offered, and a server may ignore the header: RFC 9110, section 7.8.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function urlOf(server: Server, host: string): string {
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}${PATH}`;
}

/** Stops an upload that continues after its response was sent. */
function cutOffUpload(request: IncomingMessage, socket: Socket): void {
  if (request.complete) return;
  setTimeout(() => request.complete || socket.destroy(), LINGER_MS).unref();
}

/** Stops listening and closes the remaining connections, which are idle or past the timeout. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
