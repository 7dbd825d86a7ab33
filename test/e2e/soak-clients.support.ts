import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { request } from '../support/request.ts';
import { mutate } from './writes.support.ts';

/** One thing that a client does, from its beginning to its end. */
type Action = (url: string) => Promise<unknown>;

/** How often each action succeeded, and how often it failed, as it may while a backend fails. */
export type Tally = Record<string, { done: number; failed: number }>;

/** Global ids of customers at billing. */
export function soakActions(customers: readonly string[]): Readonly<Record<string, Action>> {
  const customer = () => customers[randomInt(customers.length)];
  return {
    queries: (url) =>
      succeeded(
        url,
        `query ($n: Int) {
          customers(first: $n) { nodes { id billing { customerId } } }
          subscriptions(first: $n) { nodes { id } }
          portfolio { customers(first: $n) { totalCount } }
        }`,
        { n: randomInt(1, 20) },
      ),
    'invalid queries': async (url) => {
      const { errors } = await request(url, `{ nothing${randomInt(1_000)} }`);
      if (!errors) throw new Error('an invalid query was executed');
    },
    mutations: async (url) => {
      const input = { customer: customer(), idempotencyKey: randomUUID() };
      const answer = await (randomInt(2) === 0
        ? mutate(url, 'activateCustomer', input)
        : mutate(url, 'suspendCustomer', { ...input, confirm: true }));
      if (answer.code === 'INTERNAL_SERVER_ERROR') throw new Error(answer.code);
    },
    sockets: watchOverSocket,
    'server-sent events': watchOverSse,
    notifications: push,
    exports: exportPortfolio,
    agents: callTool,
  };
}

/** Repeats an action until the signal aborts. */
export async function repeat(
  name: string,
  action: Action,
  url: string,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const counts = { done: 0, failed: 0 };
  tally[name] = counts;
  while (!signal.aborted) {
    await action(url).then(
      () => counts.done++,
      () => counts.failed++,
    );
    await pause(randomInt(20, 60));
  }
}

async function succeeded(url: string, query: string, variables: object): Promise<void> {
  const { errors } = await request<unknown, object>(url, query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
}

const SUBSCRIPTIONS = 3;
const watch = 'subscription { notificationReceived { __typename } }';

/** Subscribes several times on one socket, queries, and leaves, sometimes without a farewell. */
async function watchOverSocket(url: string): Promise<void> {
  let socket: WebSocket | undefined;
  class Kept extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      socket = this;
    }
  }
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: Kept,
    retryAttempts: 0,
  });
  for (let n = 0; n < SUBSCRIPTIONS; n++) {
    client.subscribe({ query: watch }, { next() {}, error() {}, complete() {} });
  }
  try {
    const query = { query: '{ customers(first: 1) { nodes { id } } }' };
    for await (const { errors } of client.iterate(query)) {
      if (errors) throw new Error(JSON.stringify(errors));
    }
    await pause(randomInt(100));
  } finally {
    if (randomInt(2) === 0) socket?.terminate();
    await client.dispose();
  }
}

async function watchOverSse(url: string): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: watch }),
    signal: leave.signal,
  });
  if (response.status !== 200) throw new Error(String(response.status));
  await pause(randomInt(100));
  leave.abort();
}

async function push(url: string): Promise<void> {
  const data = {
    customer_id: `C${randomInt(10)}`,
    customer_domain_name: 'a.example',
    event_type: 'LICENSE_ASSIGNMENT_CHANGED',
    sku_id: '1010020028',
    subscription_id: '1',
  };
  const message = {
    messageId: randomUUID(),
    data: Buffer.from(JSON.stringify(data)).toString('base64'),
  };
  const response = await fetch(new URL('/notifications/push', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }),
  });
  if (response.status !== 204) throw new Error(String(response.status));
}

/** Reads an export to its end, or leaves in the middle. */
async function exportPortfolio(url: string): Promise<void> {
  const leave = new AbortController();
  const path = randomInt(2) === 0 ? '/export/customers.csv' : '/export/subscriptions.ndjson';
  const response = await fetch(new URL(path, url), { signal: leave.signal });
  if (response.status !== 200) throw new Error(String(response.status));
  if (randomInt(2) === 0) await response.text();
  else leave.abort();
}

async function callTool(url: string): Promise<void> {
  const client = new Client({ name: 'soak', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url)));
  try {
    const { isError } = await client.callTool({ name: 'customers', arguments: { first: 2 } });
    if (isError) throw new Error('the tool failed');
  } finally {
    await client.close();
  }
}
