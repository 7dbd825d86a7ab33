import {
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
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
  async function* subscribe(_root: unknown, { count, failAt }: { count: number; failAt?: number }) {
    ticks.readers++;
    try {
      for (let n = 0; n < count; n++) {
        if (n === failAt) throw new Error('secret reason');
        ticks.made++;
        yield n;
      }
    } finally {
      ticks.readers--;
    }
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
          resolve: (n: number, { size }: { size: number }) => `${n}:${'x'.repeat(size)}`,
        },
      },
    }),
  });
}
