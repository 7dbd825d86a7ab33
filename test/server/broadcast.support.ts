import {
  GraphQLError,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { GatewayError } from '../../src/domain/error.ts';
import type { HttpOptions } from '../../src/server/http.ts';
import type { Services } from '../../src/services/services.ts';
import { startServer } from './harness.support.ts';

export interface News {
  readonly text: string;
}

/** The server on a source that gives the very same objects to everyone who subscribes to it. */
export async function startBroadcast(options: Partial<HttpOptions> = {}) {
  const readers = new Set<(news: News) => void>();
  /** What the resolvers were called for, in order. */
  const resolved: string[] = [];
  /** Of every context that read `slow`. */
  const signals: AbortSignal[] = [];
  const slow = Promise.withResolvers<string>();

  async function* subscribe(): AsyncGenerator<{ news: News }> {
    const unread: News[] = [];
    let arrived = Promise.withResolvers<void>();
    const read = (news: News): void => {
      unread.push(news);
      arrived.resolve();
    };
    readers.add(read);
    try {
      for (;;) {
        const news = unread.shift();
        if (news) yield rootOf(news);
        else {
          await arrived.promise;
          arrived = Promise.withResolvers();
        }
      }
    } finally {
      readers.delete(read);
    }
  }

  const text = new GraphQLNonNull(GraphQLString);
  const news = new GraphQLObjectType<News>({
    name: 'News',
    fields: {
      text: {
        type: text,
        args: { times: { type: GraphQLInt, defaultValue: 1 }, note: { type: GraphQLString } },
        resolve: (source, { times }: { times: number }) => {
          resolved.push(source.text);
          return source.text.repeat(times);
        },
      },
      slow: {
        type: text,
        resolve: (source, _args, { services }: { services: { signal: AbortSignal } }) => {
          resolved.push(`slow ${source.text}`);
          signals.push(services.signal);
          return slow.promise;
        },
      },
      failing: {
        type: GraphQLString,
        resolve: () => {
          throw new GatewayError('UNAVAILABLE', 'Not now.', { service: 'billing' });
        },
      },
      wrong: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('You are wrong.');
        },
      },
    },
  });
  const server = await startServer({
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: { news: { type: news, resolve: () => ({ text: 'flood "of" é\u2028' }) } },
      }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: { news: { type: news, subscribe } },
      }),
    }),
    createServices: ({ signal }) => ({ signal }) as unknown as Services,
    ...options,
  });
  return {
    ...server,
    readers,
    resolved,
    signals,
    slow,
    publish(news: News): void {
      for (const read of readers) read(news);
    },
  };
}

const roots = new WeakMap<News, { news: News }>();

function rootOf(news: News): { news: News } {
  const root = roots.get(news) ?? { news };
  roots.set(news, root);
  return root;
}
