import { beforeAll, describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { PUSH_PATH } from '../../src/server/routes.ts';
import { openSocket } from '../server/sockets.support.ts';
import { type PostgresServer, sharedPostgres } from '../store/postgres.support.ts';
import { startTestGateway, startTestSandbox, type TestGateway } from '../support/gateway.ts';
import {
  ActivateSubscriptionDocument,
  CustomerDocument,
  NotificationReceivedDocument,
  NotificationsDocument,
  type NotificationType,
  SuspendSubscriptionDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { connectSocket, subscribe } from '../support/websocket.ts';

async function customerOf(url: string, domain: string) {
  const { data } = await request(url, CustomerDocument, { by: { domain } });
  const [subscription] = data?.customer?.subscriptions?.nodes ?? [];
  if (!data?.customer || !subscription) throw new Error(`${domain} is not in the seed`);
  return { id: data.customer.id, subscription: subscription.id };
}

function live(url: string, variables: Parameters<typeof watchOptions>[0] = {}) {
  return subscribe(connectSocket(url), NotificationReceivedDocument, watchOptions(variables));
}

function watchOptions(variables: {
  customer?: string;
  types?: NotificationType[];
  after?: string;
}) {
  return variables;
}

type Live = ReturnType<typeof live>;

async function next(events: Live) {
  const { value } = await events.next();
  if (!value?.data) throw new Error(JSON.stringify(value?.errors));
  return value.data.notificationReceived;
}

/** Once this resolves, the subscription is set up: a push is seen by those who watch. */
async function watching(gateway: TestGateway, events: Live): Promise<void> {
  const first = events.next();
  let n = 0;
  const pushing = setInterval(() => {
    void push(gateway.url, { message: { messageId: `knock-${n++}`, data: '' } });
  }, 20);
  await first;
  clearInterval(pushing);
}

async function push(url: string, body: unknown): Promise<number> {
  const response = await fetch(new URL(PUSH_PATH, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

function event(messageId: string, data: object) {
  const bytes = Buffer.from(JSON.stringify(data)).toString('base64');
  return { message: { messageId, data: bytes, publishTime: '2026-02-03T04:05:06.789Z' } };
}

describe('a change at the reseller API', () => {
  test('is told live, with the subscription as it is by then, and stays in the list', async () => {
    const { url, sandbox } = await startTestGateway({ notified: true });
    const { id, subscription } = await customerOf(url, 'flexible.example');
    const events = live(url, { customer: id, after: '0' });
    await request(url, SuspendSubscriptionDocument, { subscription });
    const told = await next(events);
    expect(told).toMatchObject({
      type: 'SUBSCRIPTION_SUSPENDED',
      typeRaw: 'SUBSCRIPTION_SUSPENDED',
      customer: { id },
      customerDomain: 'flexible.example',
      subscription: { id: subscription, status: 'SUSPENDED' },
      suspensionReasons: ['RESELLER_INITIATED'],
      cancellationReason: null,
      raw: { event_type: 'SUBSCRIPTION_SUSPENDED', customer_domain_name: 'flexible.example' },
    });
    await request(url, ActivateSubscriptionDocument, { subscription });
    expect(await next(events)).toMatchObject({
      type: 'SUBSCRIPTION_SUSPENSION_REVOKED',
      subscription: { status: 'ACTIVE' },
    });
    const { data } = await request(url, NotificationsDocument, { customer: id });
    expect(data?.notifications?.nodes.map(({ type }) => type)).toEqual([
      'SUBSCRIPTION_SUSPENSION_REVOKED',
      'SUBSCRIPTION_SUSPENDED',
    ]);
    expect(sandbox.notifications.counters).toMatchObject({ published: 2, acknowledged: 2 });
  });

  test('is told once, however often it is delivered, and as late as it may be', async () => {
    const { url } = await startTestGateway({
      notified: true,
      sandbox: { notifications: { duplicates: 1, disorder: 1, maxDelayMs: 50 } },
    });
    const { id, subscription } = await customerOf(url, 'flexible.example');
    for (let n = 0; n < 5; n++) {
      await request(url, SuspendSubscriptionDocument, { subscription });
      await request(url, ActivateSubscriptionDocument, { subscription });
    }
    const list = async () =>
      (await request(url, NotificationsDocument, { customer: id, first: 100 })).data?.notifications;
    await expect.poll(async () => (await list())?.nodes.length).toBe(10);
    const events = live(url, { after: '0' });
    const seen = [];
    while (seen.length < 10) seen.push((await next(events)).messageId);
    const listed = (await list())?.nodes.map(({ messageId }) => messageId) ?? [];
    expect(seen).toEqual(listed.toReversed());
    expect(new Set(seen).size).toBe(10);
  });
});

describe('notifications', () => {
  const suspended = {
    customer_id: 'C0aaaa111',
    customer_domain_name: 'a.example',
    event_type: 'SUBSCRIPTION_SUSPENDED',
    sku_id: '1010020028',
    subscription_id: '1000003',
  };

  test('are found again by their global ids', async () => {
    const { url } = await startTestGateway();
    expect(await push(url, event('m1', suspended))).toBe(204);
    const id = encodeGlobalId('Notification', 'm1');
    const query = `query ($id: ID!) { node(id: $id) { __typename id
      ... on Notification { messageId type publishTime customerId skuId subscriptionId } } }`;
    const { data } = await request<{ node: object }, object>(url, query, { id });
    expect(data?.node).toEqual({
      __typename: 'Notification',
      id,
      messageId: 'm1',
      type: 'SUBSCRIPTION_SUSPENDED',
      publishTime: '2026-02-03T04:05:06.789Z',
      customerId: 'C0aaaa111',
      skuId: '1010020028',
      subscriptionId: '1000003',
    });
    const other = { id: encodeGlobalId('Notification', 'm2') };
    expect((await request<{ node: null }, object>(url, query, other)).data?.node).toBeNull();
  });

  test('of customers and subscriptions that are gone are there all the same', async () => {
    const { url } = await startTestGateway();
    await push(url, event('m1', suspended));
    const { data, errors } = await request(url, NotificationsDocument, {});
    expect(errors).toBeUndefined();
    expect(data?.notifications?.nodes).toMatchObject([{ messageId: 'm1', subscription: null }]);
  });

  test('name the subscription also when its id has changed since', async () => {
    const { url } = await startTestGateway();
    const { subscription } = await customerOf(url, 'flexible.example');
    const { data } = await request<
      { node: { customerId: string; skuId: string; status: string } },
      object
    >(
      url,
      'query ($id: ID!) { node(id: $id) { ... on ResellerSubscription { customerId skuId status } } }',
      {
        id: subscription,
      },
    );
    const { customerId, skuId } = data?.node ?? {};
    const old = { customer_id: customerId, sku_id: skuId, subscription_id: 'it-was-this' };
    await push(url, event('m1', { ...suspended, ...old }));
    const page = await request(url, NotificationsDocument, {});
    expect(page.data?.notifications?.nodes).toMatchObject([{ subscription: { id: subscription } }]);
  });

  test('are paged and filtered by customer and type, the newest first', async () => {
    const { url } = await startTestGateway();
    const types = ['SUBSCRIPTION_SUSPENDED', 'SUBSCRIPTION_CANCELLED', 'NEW_WORD'];
    for (let n = 0; n < 9; n++) {
      const data = { ...suspended, customer_id: `C${n % 2}`, event_type: types[n % 3] };
      await push(url, event(`m${n}`, data));
    }
    const list = async (variables: { customer?: string; types?: NotificationType[] }) => {
      const ids: string[] = [];
      let after: string | null | undefined;
      do {
        const page: Awaited<ReturnType<typeof listed>> = await listed(after ?? null);
        ids.push(...page.nodes.map(({ messageId }) => messageId));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after);
      return ids.join(' ');
      async function listed(cursor: string | null) {
        const { data, errors } = await request(url, NotificationsDocument, {
          ...{ ...variables, first: 2, after: cursor },
        });
        if (!data?.notifications) throw new Error(JSON.stringify(errors));
        return data.notifications;
      }
    };
    const customer = encodeGlobalId('Customer', 'r', 'C0');
    expect(await list({})).toBe('m8 m7 m6 m5 m4 m3 m2 m1 m0');
    expect(await list({ customer })).toBe('m8 m6 m4 m2 m0');
    expect(await list({ types: ['SUBSCRIPTION_CANCELLED'] })).toBe('m7 m4 m1');
    expect(await list({ types: ['UNRECOGNIZED'] })).toBe('m8 m5 m2');
    expect(await list({ customer, types: ['UNRECOGNIZED'] })).toBe('m8 m2');
    expect(await list({ types: [] })).toBe('');
  });

  test('nobody understands are kept, shown, and acknowledged once and for all', async () => {
    const { url } = await startTestGateway();
    const bodies = ['no JSON', '[]', '{"message":{"data":"***","messageId":"m1"}}', '{"x":1}'];
    for (const body of bodies) expect(await push(url, body)).toBe(204);
    const { data, errors } = await request(url, NotificationsDocument, {});
    expect(errors).toBeUndefined();
    expect(data?.notifications?.nodes.map(({ type, raw }) => [type, raw])).toEqual([
      ['UNRECOGNIZED', { x: 1 }],
      ['UNRECOGNIZED', { message: { data: '***', messageId: 'm1' } }],
      ['UNRECOGNIZED', []],
      ['UNRECOGNIZED', 'no JSON'],
    ]);
  });

  test('of a customer that only billing knows are none', async () => {
    const { url, sandbox } = await startTestGateway();
    const customer = encodeGlobalId('Customer', 'b', sandbox.resellerId, 'nobody');
    const { data, errors } = await request(url, NotificationsDocument, { customer });
    expect([data?.notifications, errors]).toEqual([null, undefined]);
    const { value } = await live(url, { customer }).next();
    expect(value?.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('are watched of the types that are asked for, from behind a cursor', async () => {
    const gateway = await startTestGateway();
    const { url } = gateway;
    const all = live(url);
    await watching(gateway, all);
    const cancelled = live(url, { types: ['SUBSCRIPTION_CANCELLED'], after: '0' });
    await push(url, event('a', suspended));
    await push(url, event('b', { ...suspended, event_type: 'SUBSCRIPTION_CANCELLED' }));
    let seen = await next(all);
    while (seen.messageId !== 'a') seen = await next(all);
    expect(await next(cancelled)).toMatchObject({ messageId: 'b' });
    const again = live(url, { after: seen.cursor });
    expect(await next(again)).toMatchObject({ messageId: 'b' });
  });
});

test('a subscription whose id was used before hears of each notification once', async () => {
  const { url } = await startTestGateway();
  const socket = await openSocket(url);
  const query = 'subscription { notificationReceived(after: "0") { messageId } }';
  for (let n = 0; n < 20; n++) {
    socket.subscribe('A', query);
    socket.send({ type: 'complete', id: 'A' });
  }
  socket.subscribe('A', query);
  // Messages are dealt with in their order.
  socket.send({ type: 'ping' });
  await expect.poll(() => socket.messages.at(-1)?.type).toBe('pong');
  for (let n = 0; n < 3; n++) {
    await push(url, event(`m${n}`, { customer_id: 'C1', event_type: 'NEW' }));
  }
  await expect.poll(() => socket.types('A')).toEqual(['next', 'next', 'next']);
});

describe('reads of a customer', () => {
  test('that begin after its notification do not join one that began before', async () => {
    const { url, sandbox } = await startTestGateway({
      sandbox: { faults: [{ backend: 'reseller', method: 'customers.get', latencyMs: 300 }] },
    });
    const query = '{ customer(by: { domain: "flexible.example" }) { reseller { customerId } } }';
    const read = () => request(url, query);
    const before = [read(), read()];
    await expect.poll(() => sandbox.calls.count('customers.get')).toBe(1);
    await push(url, event('m1', { customer_id: 'C1', event_type: 'SUBSCRIPTION_SUSPENDED' }));
    await Promise.all([...before, read()]);
    expect(sandbox.calls.count('customers.get')).toBe(2);
  });
});

describe('two gateways on one PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await sharedPostgres();
  }, 30_000);

  test('tell of a notification that came to one of them, once', async () => {
    const sandbox = await startTestSandbox();
    const env = {
      DATABASE_URL: await server.createDatabase(),
      BILLING_ENDPOINT: sandbox.billingAddress,
      RESELLER_ENDPOINT: sandbox.resellerUrl,
    };
    const gateways = await Promise.all([startTestGateway({ env }), startTestGateway({ env })]);
    const [here, there] = gateways;
    const events = gateways.map(({ url }) => live(url, { after: '0' }));
    const ids = Array.from({ length: 30 }, (_, n) => `m${n}`);
    await Promise.all(
      [here, there, here].flatMap(({ url }) =>
        ids.map((id) => push(url, event(id, { customer_id: 'C1', event_type: 'NEW' }))),
      ),
    );
    const seen = await Promise.all(
      events.map(async (all) => {
        const told: string[] = [];
        while (told.length < ids.length) told.push((await next(all)).messageId);
        return told;
      }),
    );
    expect(seen[0]?.toSorted()).toEqual(ids.toSorted());
    expect(seen[1]).toEqual(seen[0]);
  });

  test('ask for a notification again that cannot be kept now', async () => {
    const DATABASE_URL = await server.createDatabase();
    const { url } = await startTestGateway({ env: { DATABASE_URL } });
    const one = event('m1', { customer_id: 'C1', event_type: 'NEW' });
    await server.stop();
    expect(await push(url, one)).toBe(503);
    await server.start();
    await expect.poll(() => push(url, one), { timeout: 10_000 }).toBe(204);
    const { data } = await request(url, NotificationsDocument, {});
    expect(data?.notifications?.nodes).toMatchObject([{ messageId: 'm1' }]);
  });
});
