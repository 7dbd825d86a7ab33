import {
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import type { Sequenced } from '../../src/live/feed.ts';
import { Feeds } from '../../src/live/feeds.ts';
import { createLogger } from '../../src/log.ts';
import { allowAnonymous } from '../../src/server/auth/authenticate.ts';
import { createHttpServer, type HttpOptions } from '../../src/server/http.ts';
import type { Services } from '../../src/services/services.ts';

/** The default limits. */
export const { limits } = loadConfig({});

/** How many events of `ticks` were made, and how many readers it has. */
export interface Ticks {
  made: number;
  readers: number;
}

/** The server alone, on a schema of its own: `ticks` gives numbers as fast as they are read. */
export async function startServer(options: Partial<HttpOptions> = {}) {
  const ticks: Ticks = { made: 0, readers: 0 };
  const server = createHttpServer({
    schema: tickSchema(ticks),
    authenticate: allowAnonymous(),
    createServices: () => ({}) as Services,
    origins: { allowed: [], loopbackOnly: true, loopbackPages: false },
    limits,
    trusted: { manifest: new Map(), only: false },
    documentMaxAgeMs: 0,
    mcp: null,
    compression: true,
    keepAliveTimeoutMs: 5_000,
    deadlineMs: 1000,
    drainTimeoutMs: 1000,
    readiness: [],
    push: { receive: async () => {}, verify: null },
    log: createLogger('silent'),
    ...options,
  });
  const url = await server.listen('127.0.0.1', 0);
  onTestFinished(() => server.close());
  return { url, ticks, server };
}

function tickSchema(ticks: Ticks): GraphQLSchema {
  const text = new GraphQLNonNull(GraphQLString);
  const feeds = new Feeds<Sequenced>();
  let subscriptions = 0;
  function subscribe(
    _root: unknown,
    { count, failAt }: { count: number; failAt?: number },
    { signal }: { signal: AbortSignal },
  ) {
    ticks.readers++;
    const source = {
      // Each subscription has its own numbers.
      ...{ name: String(subscriptions++), key: 'ticks', batchSize: 1 },
      async read(after: number) {
        if (after === failAt) throw new Error('secret reason');
        if (after === count) return [];
        ticks.made++;
        return [{ sequence: after + 1 }];
      },
    };
    return feeds.follow(source, {
      ...{ after: 0, last: 0, signal },
      isLast: ({ sequence }) => sequence === count,
      release: () => void ticks.readers--,
    });
  }
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        hello: { type: text, resolve: () => 'world' },
        repeated: {
          type: text,
          args: { size: { type: new GraphQLNonNull(GraphQLInt) } },
          resolve: (_, { size }: { size: number }) => 'x'.repeat(size),
        },
      },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        ticks: {
          type: text,
          args: {
            count: { type: new GraphQLNonNull(GraphQLInt) },
            failAt: { type: GraphQLInt },
            size: { type: GraphQLInt, defaultValue: 0 },
          },
          subscribe,
          resolve: ({ sequence }: Sequenced, { size }: { size: number }) =>
            `${sequence - 1}:${'x'.repeat(size)}`,
        },
      },
    }),
  });
}
