import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Limits } from '../../domain/limits.ts';
import type { Logger } from '../../log.ts';
import { onExpiry } from '../auth/authenticate.ts';
import { allowsOrigin, type OriginPolicy } from '../auth/origin.ts';
import type { Backlog } from '../backlog.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import { EXPOSED_HEADERS } from '../refusal.ts';
import type { Compress } from './compression.ts';
import type { Documents } from './documents.ts';
import type { ExecuteOnce } from './execution.ts';
import { useCompression } from './plugins/compression.ts';
import { useDocuments } from './plugins/documents.ts';
import { useErrorCodes } from './plugins/error-codes.ts';
import { useExecution } from './plugins/execution.ts';
import { useRequestParams } from './plugins/request-params.ts';
import {
  agentFrom,
  type CreateContext,
  type RequestContext,
  type ServerContext,
} from './request-context.ts';
import type { Subscribe } from './subscription.ts';

export interface YogaOptions {
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly trusted: TrustedDocuments;
  /** Milliseconds for which caches may reuse the answer to a document that is requested with GET. */
  readonly documentMaxAgeMs: number;
  readonly createContext: CreateContext;
  readonly executeOnce: ExecuteOnce;
  readonly subscribe: Subscribe;
  readonly backlog: Backlog;
  readonly limits: Limits;
  /** Compresses answers for clients that accept it; null when none are compressed. */
  readonly compress: Compress | null;
  readonly origins: OriginPolicy;
  /** Aborts at shutdown. */
  readonly shutdown: AbortSignal;
  readonly log: Logger;
}

/** Responds to one request of GraphQL. */
export type GraphQLHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: Pick<ServerContext, 'requestId' | 'viewer' | 'record'>,
) => Promise<void>;

/** Serves GraphQL over HTTP, with subscriptions as server-sent events. */
export function createGraphQLHandler(options: YogaOptions): GraphQLHandler {
  const { path, schema, documents, createContext, origins, log } = options;
  const yoga = createYoga<ServerContext, RequestContext>({
    schema,
    graphqlEndpoint: path,
    landingPage: false,
    graphiql: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: options.limits.bodyBytes,
    // The documents plugin caches, with a bound.
    parserAndValidationCache: false,
    cors: ({ headers }) => {
      const origin = headers.get('origin');
      if (origin === null || !allowsOrigin(origin, origins)) return false;
      return {
        ...{ origin: [origin], credentials: true },
        ...{ methods: ['GET', 'POST', 'OPTIONS'], exposedHeaders: EXPOSED_HEADERS },
      };
    },
    logging: {
      debug: (...args) => log.debug({ args }, 'yoga'),
      info: (...args) => log.debug({ args }, 'yoga'),
      warn: (...args) => log.warn({ args }, 'yoga'),
      error: (...args) => log.error({ args }, 'yoga'),
    },
    // The error-codes plugin masks errors and adds codes.
    maskedErrors: false,
    context({ request, res, requestId, viewer, record }) {
      if (!viewer) throw new Error('executed without authentication');
      // Not ended in an orderly way: clients would take that as the end of the subscription.
      res.once(
        'close',
        onExpiry(viewer, () => res.destroy()),
      );
      const agent = agentFrom(request.headers.get('user-agent'));
      const lastEventId = request.headers.get('last-event-id');
      const { signal } = request;
      const context = createContext({ viewer, requestId, agent, lastEventId, record, signal });
      // Emitted only when the whole response was handed to a connection that was still open.
      res.once('finish', () => context.delivered());
      return copyable(context);
    },
    plugins: [
      useRequestParams(options.trusted, options.documentMaxAgeMs),
      useDocuments(documents),
      useExecution(options.executeOnce, options.subscribe, options.backlog, options.shutdown),
      useErrorCodes(log, options.limits.suggestions),
      // Sees the bodies that the other plugins made.
      ...(options.compress ? [useCompression(options.compress)] : []),
    ],
  });
  return async (request, response, context) => {
    await yoga(request, response, context);
  };
}

/** The context with properties of its own only, because Yoga copies those into its own context. */
function copyable(context: RequestContext): RequestContext {
  return {
    ...context,
    services: context.services,
    report: (failure, mutation) => context.report(failure, mutation),
    forEvent: () => context.forEvent(),
    keepOpen: () => context.keepOpen(),
    delivered: () => context.delivered(),
    disconnected: () => context.disconnected(),
    end: (isComplete) => context.end(isComplete),
  };
}
