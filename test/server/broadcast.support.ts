import {
  GraphQLError,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { GatewayError } from '../../src/domain/error.ts';
import type { Sequenced } from '../../src/live/feed.ts';
import { Feeds } from '../../src/live/feeds.ts';
import type { HttpOptions } from '../../src/server/http.ts';
import type { Services } from '../../src/services/services.ts';
import { startServer } from './harness.support.ts';

export interface News {
  readonly text: string;
}

/** The server on one feed of news. */
export async function startBroadcast(options: Partial<HttpOptions> = {}) {
  const readers = new Set<object>();
  const feeds = new Feeds<Sequenced & News>();
  const published: (Sequenced & News)[] = [];
  /** What the resolvers were called for, in order. */
  const resolved: string[] = [];
  /** Of every context that read `slow`. */
  const signals: AbortSignal[] = [];
  const slow = Promise.withResolvers<string>();

  function subscribe(
    _root: unknown,
    { after }: { after?: number },
    { signal }: { signal: AbortSignal },
  ) {
    const reader = {};
    readers.add(reader);
    const source = {
      ...{ name: 'news', key: 'news' },
      read: async (from: number, limit: number) => published.slice(from, from + limit),
    };
    return feeds.follow(source, {
      ...{ after: after ?? null, last: published.length, signal },
      release: () => void readers.delete(reader),
    });
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
        fields: {
          news: {
            ...{ type: news, args: { after: { type: GraphQLInt } } },
            ...{ subscribe, resolve: (entry) => entry },
          },
        },
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
      published.push({ ...news, sequence: published.length + 1 });
      feeds.wake('news');
    },
  };
}
