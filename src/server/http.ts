import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Viewer } from '../domain/viewer.ts';
import type { Logger } from '../log.ts';
import type { RequestScope, Services } from '../services/services.ts';
import { graphiqlTabs } from './graphiql.ts';
import { type OriginPolicy, originRefusal } from './origin.ts';
import { useErrorCodes } from './plugins/error-codes.ts';
import { useRequestContexts } from './plugins/request-contexts.ts';
import { useRequestIds } from './plugins/request-id.ts';
import {
  createRequestContext,
  type RequestContext,
  type ServerContext,
} from './request-context.ts';
import type { Authenticate } from './viewer.ts';
import { serveWebSockets } from './ws.ts';

const PATH = '/graphql';
/** The largest request body, in bytes. */
const MAX_BODY = 1_000_000;

export interface HttpOptions {
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly createServices: (scope: RequestScope) => Services;
  readonly origins: OriginPolicy;
  /** How long one query, mutation or event may take, in milliseconds. */
  readonly deadlineMs: number;
  /** How long requests under way may go on after `close`, in milliseconds. */
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

export interface HttpServer {
  /** Port 0 takes any free one. Resolves with the URL of the GraphQL endpoint. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no more requests, ends streams, waits for what is under way. */
  close(): Promise<void>;
}

/** Serves GraphQL over HTTP, SSE and WebSocket, and GraphiQL, on one path. */
export function createHttpServer(options: HttpOptions): HttpServer {
  const { schema, authenticate, origins, log } = options;
  const shutdown = new AbortController();

  function createContext(viewer: Viewer, requestId: string, signal: AbortSignal): RequestContext {
    return createRequestContext({
      ...options,
      viewer,
      requestId,
      signal,
      shutdown: shutdown.signal,
    });
  }

  const handleGraphQL = createGraphQLHandler(options, createContext);
  const server = createServer((request, response) => {
    const health = healthStatus(request.url, shutdown.signal.aborted);
    if (health !== null) return answerJson(response, health, { ok: health === 200 });
    const refusal = originRefusal(request, origins);
    if (refusal !== null) {
      const extensions = { code: 'FORBIDDEN', retryable: false };
      return answerJson(response, 403, { errors: [{ message: refusal, extensions }] });
    }
    void handleGraphQL(request, response);
  });
  const closeSockets = serveWebSockets({
    server,
    path: PATH,
    schema,
    authenticate,
    origins,
    createContext,
    log,
  });

  return {
    async listen(host, port) {
      await listening(server, host, port);
      return urlOf(server, host);
    },
    async close() {
      shutdown.abort();
      await closeSockets();
      await drained(server, options.drainTimeoutMs);
    },
  };
}

function createGraphQLHandler(
  { schema, authenticate, origins, log }: HttpOptions,
  createContext: (viewer: Viewer, requestId: string, signal: AbortSignal) => RequestContext,
) {
  const requestIds = useRequestIds();
  return createYoga<ServerContext, RequestContext>({
    schema,
    graphqlEndpoint: PATH,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: MAX_BODY,
    cors:
      origins.allowed.length > 0
        ? { origin: [...origins.allowed], credentials: true, methods: ['GET', 'POST', 'OPTIONS'] }
        : false,
    graphiql: {
      title: 'Reseller gateway',
      subscriptionsProtocol: 'WS',
      defaultTabs: graphiqlTabs(),
    },
    renderGraphiQL,
    logging: {
      debug: (...args) => log.debug({ args }, 'yoga'),
      info: (...args) => log.debug({ args }, 'yoga'),
      warn: (...args) => log.warn({ args }, 'yoga'),
      error: (...args) => log.error({ args }, 'yoga'),
    },
    // The error-codes plugin does it, with codes.
    maskedErrors: false,
    async context({ request }) {
      const authorization = request.headers.get('authorization');
      const viewer = await authenticate({ authorization });
      return createContext(viewer, requestIds.requestIdOf(request), request.signal);
    },
    plugins: [
      requestIds.plugin,
      useRequestContexts(log),
      useErrorCodes(log, requestIds.requestIdOf),
    ],
  });
}

/** The status of a health endpoint; null when the URL is none. */
function healthStatus(url: string | undefined, closing: boolean): number | null {
  if (url === '/livez') return 200;
  if (url === '/readyz') return closing ? 503 : 200;
  return null;
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}${PATH}`;
}

/** Waits until every request has been answered, but not longer than the timeout. */
function drained(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
