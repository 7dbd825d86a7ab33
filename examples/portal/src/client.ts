import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient } from 'graphql-ws';
import { errorsOf } from 'reseller-gateway/clients/index.js';
import { graphcacheOptions } from 'reseller-gateway/clients/urql.js';
import { Client, fetchExchange, subscriptionExchange } from 'urql';

const live = createClient({
  url: new URL('/graphql', location.href).href.replace('http', 'ws'),
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
});

const subscriptions = subscriptionExchange({
  forwardSubscription: (request) => ({
    subscribe(sink) {
      // When graphql-ws reconnects, it sends this object again, then with the last cursor.
      const variables: Record<string, unknown> = { ...request.variables };
      const unsubscribe = live.subscribe<Record<string, { cursor: string }>>(
        { query: request.query ?? '', variables },
        {
          next({ data = null, errors = [] }) {
            for (const event of Object.values(data ?? {})) variables['after'] = event.cursor;
            sink.next({ data, ...(errors.length > 0 && { errors: [...errors] }) });
          },
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
        },
      );
      return { unsubscribe };
    },
  }),
});

/** Sends queries and mutations over HTTP and subscriptions over WebSocket, with one cache for all. */
export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  exchanges: [cacheExchange(graphcacheOptions), fetchExchange, subscriptions],
});

/** What to show of an error: the gateway's own words if it has any. */
export function messageOf(error: unknown): string {
  return errorsOf(error)[0]?.message ?? (error instanceof Error ? error.message : String(error));
}

/** The text for an enum value, such as "Annual monthly pay". */
export function label(value = '–'): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll('_', ' ');
}
