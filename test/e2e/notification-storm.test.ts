import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestSandbox } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import {
  type GatewayProcess,
  startGatewayProcess,
  testDirectory,
} from './gateway-process.support.ts';

const MESSAGES = process.env['SOAK'] ? 10_000 : 300;
const REPEATED = 0.3;
const SENDERS = 20;
const SUBSCRIBERS = 3;
const KILLS = 2;

/** A gateway that can be killed and started again, on one database. */
async function restartable() {
  const sandbox = await startTestSandbox();
  const database = { DATABASE_URL: `sqlite:${join(testDirectory(), 'gateway.db')}` };
  let running: GatewayProcess = await startGatewayProcess(sandbox, database);
  return {
    url: () => running.url,
    async killAndRestart() {
      await running.kill();
      running = await startGatewayProcess(sandbox, database);
    },
  };
}

function push(messageId: string): string {
  const data = {
    customer_id: `C${messageId.slice(-1)}`,
    customer_domain_name: 'a.example',
    event_type: 'LICENSE_ASSIGNMENT_CHANGED',
    sku_id: '1010020028',
    subscription_id: '1',
  };
  const message = { messageId, data: Buffer.from(JSON.stringify(data)).toString('base64') };
  return JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' });
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let n = order.length - 1; n > 0; n--) {
    const other = randomInt(n + 1);
    [order[n], order[other]] = [order[other] as T, order[n] as T];
  }
  return order;
}

/** Sends until it is acknowledged, as Pub/Sub does. */
async function deliver(url: () => string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  for (;;) {
    try {
      const endpoint = new URL('/notifications/push', url());
      const { status } = await fetch(endpoint, { method: 'POST', headers, body });
      if (status === 204) return;
    } catch {
      // The gateway is gone.
    }
    await pause(20);
  }
}

interface Seen {
  readonly messageId: string;
  readonly cursor: string;
}

const query = `subscription ($after: String) {
  notificationReceived(after: $after) { messageId cursor } }`;

/** Watches over every restart, from where it was. */
function subscriber(url: () => string): Seen[] {
  const seen: Seen[] = [];
  let isOver = false;
  let socket: WebSocket | undefined;
  onTestFinished(() => {
    isOver = true;
    socket?.terminate();
  });
  function connect(): void {
    const variables = { after: seen.at(-1)?.cursor ?? '0' };
    const opened = new WebSocket(url().replace('http', 'ws'), 'graphql-transport-ws');
    socket = opened;
    opened.once('open', () => opened.send('{"type":"connection_init"}'));
    opened.on('error', () => {});
    opened.once('close', () => {
      if (!isOver) setTimeout(connect, 20);
    });
    opened.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type === 'connection_ack') {
        const subscription = { type: 'subscribe', id: '1', payload: { query, variables } };
        opened.send(JSON.stringify(subscription));
      }
      if (type === 'next') seen.push(payload.data.notificationReceived);
    });
  }
  connect();
  return seen;
}

interface Listed {
  readonly notifications: {
    readonly nodes: readonly { readonly messageId: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

const listing = `query ($after: String) { notifications(first: 1000, after: $after) {
  nodes { messageId } pageInfo { hasNextPage endCursor } } }`;

async function listed(url: string, after: string | null): Promise<Listed['notifications']> {
  const { data, errors } = await request<Listed, object>(url, listing, { after });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.notifications;
}

async function stored(url: string): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page = await listed(url, after);
    ids.push(...page.nodes.map(({ messageId }) => messageId));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}

test(`${MESSAGES} notifications, repeated and out of order, over two kill -9: each is kept and seen once`, {
  timeout: 150_000,
}, async () => {
  const gateway = await restartable();
  const ids = Array.from({ length: MESSAGES }, (_, n) => String(10 ** 15 + n));
  const deliveries = shuffled([...ids, ...ids.filter((_, n) => n % 10 < 10 * REPEATED)]);
  const watching = Array.from({ length: SUBSCRIBERS }, () => subscriber(gateway.url));

  const queue = [...deliveries];
  let acknowledged = 0;
  const sender = async (): Promise<void> => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      await deliver(gateway.url, push(id));
      acknowledged++;
    }
  };
  const sending = Promise.all(Array.from({ length: SENDERS }, sender));
  for (let kill = 1; kill <= KILLS; kill++) {
    const enough = (deliveries.length * kill) / (KILLS + 1);
    await expect.poll(() => acknowledged, { timeout: 60_000, interval: 5 }).toBeGreaterThan(enough);
    await gateway.killAndRestart();
  }
  await sending;

  const kept = (await stored(gateway.url())).reverse();
  expect(kept.toSorted()).toEqual(ids);
  for (const seen of watching) {
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(MESSAGES);
    expect(seen.map(({ messageId }) => messageId)).toEqual(kept);
  }
});
