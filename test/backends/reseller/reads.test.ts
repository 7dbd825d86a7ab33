import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import {
  clientOf,
  customerJson,
  getCustomer,
  listSubscriptions,
  refuse,
  reply,
  scope,
  startBackend,
  subscriptionJson,
} from './reseller.support.ts';

describe('a single read', () => {
  test('requests a customer with the documented path and headers', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const customer = await getCustomer(clientOf(backend), 'C1', scope());
    expect(customer).toMatchObject({ customerId: 'C1', customerDomain: 'C1.example' });
    const [request] = backend.received;
    expect(request).toMatchObject({ method: 'GET', url: '/apps/reseller/v1/customers/C1' });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer t0k3n',
      'accept-encoding': 'gzip',
      'user-agent': expect.stringContaining('gzip'),
    });
  });

  test.each(['/base', '/base/', '/a/b/'])("keeps the endpoint's path %s", async (base) => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    await getCustomer(clientOf({ url: backend.url + base }), 'C1', scope());
    const prefix = base.replace(/\/$/, '');
    expect(backend.received[0]?.url).toBe(`${prefix}/apps/reseller/v1/customers/C1`);
  });

  test.each([
    ['a/b', 'a%2Fb'],
    ['../x', '..%2Fx'],
    ['%2e%2e', '%252e%252e'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['пример.рф', '%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.%D1%80%D1%84'],
    ['a b\r\nc', 'a%20b%0D%0Ac'],
    ['...', '...'],
  ])('sends the id %j as one path segment', async (id, encoded) => {
    const backend = await startBackend((_, response) => refuse(response, 404, 'notFound'));
    expect(await getCustomer(clientOf(backend), id, scope())).toBeNull();
    expect(backend.received[0]?.url).toBe(`/apps/reseller/v1/customers/${encoded}`);
  });

  test.each(['', '.', '..', '\ud800'])('rejects the id %j without a request', async (id) => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const client = clientOf(backend);
    const rejected = { code: 'BAD_USER_INPUT' };
    await expect(getCustomer(client, id, scope())).rejects.toMatchObject(rejected);
    await expect(client.getSubscription('C1', id, scope())).rejects.toMatchObject(rejected);
    await expect(client.getSubscription(id, 'S1', scope())).rejects.toMatchObject(rejected);
    expect(await client.getCustomers([id, 'C1'], scope())).toMatchObject([
      rejected,
      { customerId: 'C1' },
    ]);
    expect(backend.received).toHaveLength(1);
  });

  test('returns null for a subscription that is not found', async () => {
    const backend = await startBackend((_, response) => refuse(response, 404, 'notFound'));
    expect(await clientOf(backend).getSubscription('C1', 'S/1', scope())).toBeNull();
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/customers/C1/subscriptions/S%2F1');
  });

  test('reuses its socket for the next read', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const client = clientOf(backend);
    for (let n = 0; n < 10; n++) await getCustomer(client, 'C1', scope());
    expect(backend.received).toHaveLength(10);
    // The pool opens a second socket when it has not noticed yet that the first is free.
    expect(backend.connections()).toBeLessThanOrEqual(2);
  });

  test.each([
    'gzip',
    'GZIP',
    'x-gzip',
    'X-GZip',
    ' gzip , identity',
  ])('decodes a body with the content coding %j', async (coding) => {
    const backend = await startBackend((_, response) =>
      response
        .writeHead(200, { 'content-encoding': coding })
        .end(gzipSync(JSON.stringify(customerJson('C1')))),
    );
    expect(await getCustomer(clientOf(backend), 'C1', scope())).toMatchObject({ customerId: 'C1' });
  });

  test.each([
    ['has a long text', 'x'.repeat(2_000_000)],
    ['is long itself', randomBytes(60_000).toString('base64')],
  ])('decodes a compressed body that %s', async (_, noise) => {
    const backend = await startBackend((_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify({ ...customerJson('C1'), noise }))),
    );
    expect(await getCustomer(clientOf(backend), 'C1', scope())).toMatchObject({ customerId: 'C1' });
  });

  test('accepts a body with the content coding Identity', async () => {
    const backend = await startBackend((_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'Identity' })
        .end(JSON.stringify(customerJson('C1'))),
    );
    expect(await getCustomer(clientOf(backend), 'C1', scope())).toMatchObject({ customerId: 'C1' });
  });

  test('fails when the response has a subscription of another customer', async () => {
    const backend = await startBackend((_, response) =>
      reply(response, subscriptionJson('S1', 'C2')),
    );
    await expect(clientOf(backend).getSubscription('C1', 'S1', scope())).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      service: 'reseller',
    });
  });

  test('returns an empty notification watch before any registration', async () => {
    const backend = await startBackend((_, response) => reply(response, {}));
    expect(await clientOf(backend).getWatchDetails(scope())).toEqual({
      serviceAccountEmailAddresses: [],
      topicName: null,
    });
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/resellernotify/getwatchdetails');
  });
});

describe('an invalid 2xx response', () => {
  /** Valid except for its length. */
  const long = `${JSON.stringify(customerJson('C1'))}${' '.repeat(33 * 1024 * 1024)}`;
  test.each<[string, string | Buffer, Record<string, string>]>([
    ['not JSON', '<html>hello</html>', {}],
    ['truncated', '{"customerId": "C1', {}],
    ['empty', '', {}],
    ['null', 'null', {}],
    ['a different object', '{"items": []}', {}],
    ['an id of the wrong type', '{"customerId": {}}', {}],
    ['an empty id', '{"customerId": ""}', {}],
    ['an id that is not Unicode', '{"customerId": "C\\ud800"}', {}],
    ['an id that is not UTF-8', Buffer.from('{"customerId": "C\xff"}', 'latin1'), {}],
    ['two codings', gzipSync(gzipSync('{}')), { 'content-encoding': 'gzip, gzip' }],
    ['broken gzip', 'abc', { 'content-encoding': 'gzip' }],
    ['an unsupported encoding', 'abc', { 'content-encoding': 'br' }],
    ['larger than the limit', gzipSync(long), { 'content-encoding': 'gzip' }],
    ['larger than the limit, uncompressed', long, {}],
  ])('%s', async (_, body, headers) => {
    const backend = await startBackend((_request, response) => {
      response.on('error', () => {});
      response.writeHead(200, headers).end(body);
    });
    const error = await getCustomer(clientOf(backend), 'C1', scope()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      service: 'reseller',
      requestId: 'req-1',
      retryable: false,
      cause: { name: 'HttpFailure', cause: expect.any(Error) },
    });
    expect(backend.received).toHaveLength(1);
  });
});

describe('a list of subscriptions', () => {
  test('sends the filter, size and token and returns the page', async () => {
    const backend = await startBackend((_, response) =>
      reply(response, { subscriptions: [subscriptionJson('S1')], nextPageToken: 'n&1' }),
    );
    const filter = { customerId: 'a&b.example', customerNamePrefix: 'a', customerAuthToken: 'ff' };
    const page = await listSubscriptions(clientOf(backend), filter, { token: 't+/= 1', size: 25 });
    expect(page.items.map((item) => item.subscriptionId)).toEqual(['S1']);
    expect(page.nextToken).toBe('n&1');
    const url = new URL(backend.received[0]?.url ?? '', backend.url);
    expect(url.pathname).toBe('/apps/reseller/v1/subscriptions');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...filter,
      maxResults: '25',
      pageToken: 't+/= 1',
    });
  });

  test('treats a missing array as empty and a missing token as the end', async () => {
    const backend = await startBackend((_, response) => reply(response, {}));
    const page = await listSubscriptions(clientOf(backend), {}, { token: null, size: 1000 });
    expect(page).toEqual({ items: [], nextToken: null });
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/subscriptions?maxResults=100');
  });

  test('skips and logs an item without ids and keeps the others', async () => {
    const backend = await startBackend((_, response) =>
      reply(response, {
        subscriptions: [subscriptionJson('S1'), { skuId: 'x' }, 7, subscriptionJson('S2')],
      }),
    );
    const warnings: string[] = [];
    const warn = (_: object, message: string): void => void warnings.push(message);
    const log = { debug: () => {}, info: () => {}, warn };
    const page = await listSubscriptions(clientOf(backend, { log }), {}, { token: null, size: 10 });
    expect(page.items.map((item) => item.subscriptionId)).toEqual(['S1', 'S2']);
    expect(warnings).toHaveLength(2);
  });

  test('keeps the rest of a page with strings that are not UTF-8', async () => {
    const items = ['S1', 'S\xff2', 'S3'].map((id) => ({
      ...{ ...subscriptionJson(id), skuName: `Starter${id === 'S3' ? '\xff' : ''}` },
    }));
    const text = JSON.stringify({ subscriptions: items, nextPageToken: 'next' });
    const backend = await startBackend((_, response) => response.end(Buffer.from(text, 'latin1')));
    const page = await listSubscriptions(clientOf(backend), {}, { token: null, size: 10 });
    expect(page.items.map((item) => [item.subscriptionId, item.skuName])).toEqual([
      ['S1', 'Starter'],
      ['S3', 'Starter\uFFFD'],
    ]);
    expect(page.nextToken).toBe('next');
  });

  test.each([
    'customerId',
    'customerNamePrefix',
    'customerAuthToken',
  ])('rejects an empty %s, which the backend would ignore', async (name) => {
    const backend = await startBackend((_, response) => reply(response, {}));
    const page = { token: null, size: 10 };
    await expect(listSubscriptions(clientOf(backend), { [name]: '' }, page)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(backend.received).toHaveLength(0);
  });

  test('keeps the transfer token out of errors and the log', async () => {
    const backend = await startBackend((_, response) => refuse(response, 403, 'forbidden'));
    const lines: unknown[] = [];
    const write = (detail: object): void => void lines.push(detail);
    const error = await listSubscriptions(
      clientOf(backend, { log: { debug: write, info: write, warn: write } }),
      { customerAuthToken: 's3cret' },
      { token: null, size: 10 },
    ).catch((e: Error) => e);
    expect(error).toMatchObject({
      code: 'FORBIDDEN',
      message: 'The reseller API denied permission for this request.',
    });
    expect(lines).toHaveLength(1);
    const cause = error instanceof Error ? error.cause : undefined;
    expect(`${JSON.stringify([lines, error, cause])}${cause}`).not.toContain('s3cret');
  });
});

describe('parallel reads', () => {
  const byPath = (url: string): string => decodeURIComponent(url.split('/').at(-1) ?? '');

  test('are sent at once as single requests and keep the order', async () => {
    const all = Promise.withResolvers<void>();
    const backend = await startBackend(async ({ url }, response) => {
      if (backend.received.length === 4) all.resolve();
      await all.promise;
      const id = byPath(url);
      if (id === 'gone') refuse(response, 404, 'notFound');
      else if (id === 'bad') refuse(response, 403, 'forbidden');
      else reply(response, customerJson(id));
    });
    const ids = ['C1', 'gone', 'bad', 'C2', 'C1'];
    const found = await clientOf(backend).getCustomers(ids, scope());
    expect(found).toMatchObject([
      { customerId: 'C1' },
      null,
      { code: 'FORBIDDEN', requestId: 'req-1' },
      { customerId: 'C2' },
      { customerId: 'C1' },
    ]);
    expect(found[2]).toBeInstanceOf(GatewayError);
    // The duplicate id shares the call in flight.
    expect(backend.received).toHaveLength(4);
  });

  test('use at most the sockets of the pool', async () => {
    let inFlight = 0;
    let most = 0;
    const backend = await startBackend(async ({ url }, response) => {
      most = Math.max(most, ++inFlight);
      await backend.arrival(3);
      inFlight--;
      reply(response, customerJson(byPath(url)));
    });
    const ids = Array.from({ length: 60 }, (_, n) => `C${n}`);
    const found = await clientOf(backend, { connections: 3 }).getCustomers(ids, scope());
    expect(found.map((item) => item && 'customerId' in item && item.customerId)).toEqual(ids);
    expect(most).toBe(3);
    expect(backend.connections()).toBe(3);
  });

  test('request pages separately when batching is off', async () => {
    const backend = await startBackend(({ url }, response) =>
      url.includes('customerId=bad')
        ? refuse(response, 403, 'forbidden')
        : reply(response, { subscriptions: [subscriptionJson('S1')] }),
    );
    const page = { token: null, size: 10 };
    const pages = await clientOf(backend).listSubscriptionPages(
      [
        { filter: { customerId: 'C1' }, page },
        { filter: { customerId: 'bad' }, page },
        { filter: { customerId: '' }, page },
      ],
      scope(),
    );
    expect(pages).toMatchObject([
      { items: [{ subscriptionId: 'S1' }], nextToken: null },
      { code: 'FORBIDDEN' },
      { code: 'BAD_USER_INPUT' },
    ]);
    expect(backend.received).toHaveLength(2);
  });
});
