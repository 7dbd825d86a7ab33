import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import {
  clientOf,
  customerJson,
  refuse,
  reply,
  scope,
  startBackend,
  subscriptionJson,
} from './reseller.support.ts';

describe('one read', () => {
  test('asks for a customer with the documented path and headers', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const customer = await clientOf(backend).getCustomer('C1', scope());
    expect(customer).toMatchObject({ customerId: 'C1', customerDomain: 'C1.example' });
    const [request] = backend.received;
    expect(request).toMatchObject({ method: 'GET', url: '/apps/reseller/v1/customers/C1' });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer t0k3n',
      'accept-encoding': 'gzip',
      'user-agent': expect.stringContaining('gzip'),
    });
  });

  test.each(['/base', '/base/', '/a/b/'])('keeps the endpoint path %s', async (base) => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    await clientOf({ url: backend.url + base }).getCustomer('C1', scope());
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
    expect(await clientOf(backend).getCustomer(id, scope())).toBeNull();
    expect(backend.received[0]?.url).toBe(`/apps/reseller/v1/customers/${encoded}`);
  });

  test.each(['', '.', '..', '\ud800'])('refuses the id %j without a call', async (id) => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const client = clientOf(backend);
    const refused = { code: 'BAD_USER_INPUT' };
    await expect(client.getCustomer(id, scope())).rejects.toMatchObject(refused);
    await expect(client.getSubscription('C1', id, scope())).rejects.toMatchObject(refused);
    await expect(client.getSubscription(id, 'S1', scope())).rejects.toMatchObject(refused);
    expect(await client.getCustomers([id, 'C1'], scope())).toMatchObject([
      refused,
      { customerId: 'C1' },
    ]);
    expect(backend.received).toHaveLength(1);
  });

  test('gives null for a subscription that is not there', async () => {
    const backend = await startBackend((_, response) => refuse(response, 404, 'notFound'));
    expect(await clientOf(backend).getSubscription('C1', 'S/1', scope())).toBeNull();
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/customers/C1/subscriptions/S%2F1');
  });

  test('leaves its socket to the next', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const client = clientOf(backend);
    for (let n = 0; n < 10; n++) await client.getCustomer('C1', scope());
    expect(backend.received).toHaveLength(10);
    // The pool opens a second one when asked before it has noticed that the first is free.
    expect(backend.connections()).toBeLessThanOrEqual(2);
  });

  test('reads a compressed body', async () => {
    const backend = await startBackend((_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(customerJson('C1')))),
    );
    expect(await clientOf(backend).getCustomer('C1', scope())).toMatchObject({ customerId: 'C1' });
  });

  test('reads who watches, with nobody registered', async () => {
    const backend = await startBackend((_, response) => reply(response, {}));
    expect(await clientOf(backend).getWatchDetails(scope())).toEqual({
      serviceAccountEmailAddresses: [],
      topicName: null,
    });
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/resellernotify/getwatchdetails');
  });
});

describe('a 2xx answer that cannot be read', () => {
  /** Readable but for its length. */
  const long = `${JSON.stringify(customerJson('C1'))}${' '.repeat(33 * 1024 * 1024)}`;
  test.each<[string, string | Buffer, Record<string, string>]>([
    ['not JSON', '<html>hello</html>', {}],
    ['cut off', '{"customerId": "C1', {}],
    ['empty', '', {}],
    ['null', 'null', {}],
    ['another shape', '{"items": []}', {}],
    ['an id of another type', '{"customerId": {}}', {}],
    ['broken gzip', 'abc', { 'content-encoding': 'gzip' }],
    ['an encoding not asked for', 'abc', { 'content-encoding': 'br' }],
    ['larger than is held', gzipSync(long), { 'content-encoding': 'gzip' }],
    ['larger than is held, uncompressed', long, {}],
  ])('%s', async (_, body, headers) => {
    const backend = await startBackend((_request, response) => {
      response.on('error', () => {});
      response.writeHead(200, headers).end(body);
    });
    const error = await clientOf(backend)
      .getCustomer('C1', scope())
      .catch((e: unknown) => e);
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
  test('sends filter, size and token, and reads the page', async () => {
    const backend = await startBackend((_, response) =>
      reply(response, { subscriptions: [subscriptionJson('S1')], nextPageToken: 'n&1' }),
    );
    const filter = { customerId: 'a&b.example', customerNamePrefix: 'a', customerAuthToken: 'ff' };
    const page = await clientOf(backend).listSubscriptions(
      filter,
      { token: 't+/= 1', size: 25 },
      scope(),
    );
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

  test('reads a missing array as empty and a missing token as the end', async () => {
    const backend = await startBackend((_, response) => reply(response, {}));
    const page = await clientOf(backend).listSubscriptions(
      {},
      { token: null, size: 1000 },
      scope(),
    );
    expect(page).toEqual({ items: [], nextToken: null });
    expect(backend.received[0]?.url).toBe('/apps/reseller/v1/subscriptions?maxResults=100');
  });

  test('leaves out an item without ids, says so in the log, and keeps the others', async () => {
    const backend = await startBackend((_, response) =>
      reply(response, {
        subscriptions: [subscriptionJson('S1'), { skuId: 'x' }, 7, subscriptionJson('S2')],
      }),
    );
    const warnings: string[] = [];
    const log = { debug: () => {}, warn: (_: object, message: string) => warnings.push(message) };
    const page = await clientOf(backend, { log }).listSubscriptions(
      {},
      { token: null, size: 10 },
      scope(),
    );
    expect(page.items.map((item) => item.subscriptionId)).toEqual(['S1', 'S2']);
    expect(warnings).toHaveLength(2);
  });

  test.each([
    'customerId',
    'customerNamePrefix',
    'customerAuthToken',
  ])('refuses an empty %s, which the backend would take as no filter', async (name) => {
    const backend = await startBackend((_, response) => reply(response, {}));
    const page = { token: null, size: 10 };
    await expect(
      clientOf(backend).listSubscriptions({ [name]: '' }, page, scope()),
    ).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(backend.received).toHaveLength(0);
  });

  test('never lets the transfer token into an error or the log', async () => {
    const backend = await startBackend((_, response) => refuse(response, 403, 'forbidden'));
    const lines: unknown[] = [];
    const write = (detail: object) => lines.push(detail);
    const error = await clientOf(backend, { log: { debug: write, warn: write } })
      .listSubscriptions({ customerAuthToken: 's3cret' }, { token: null, size: 10 }, scope())
      .catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: 'refused: forbidden' });
    expect(lines).toHaveLength(1);
    const cause = error instanceof Error ? error.cause : undefined;
    expect(`${JSON.stringify([lines, error, cause])}${cause}`).not.toContain('s3cret');
  });
});

describe('several reads', () => {
  const byPath = (url: string): string => decodeURIComponent(url.split('/').at(-1) ?? '');

  test('go out at once, one by one, and keep the order', async () => {
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
    // The repeated id shares the call that is under way.
    expect(backend.received).toHaveLength(4);
  });

  test('never use more sockets than the pool has', async () => {
    let underWay = 0;
    let most = 0;
    const backend = await startBackend(async ({ url }, response) => {
      most = Math.max(most, ++underWay);
      await backend.arrival(3);
      underWay--;
      reply(response, customerJson(byPath(url)));
    });
    const ids = Array.from({ length: 60 }, (_, n) => `C${n}`);
    const found = await clientOf(backend, { connections: 3 }).getCustomers(ids, scope());
    expect(found.map((item) => item && 'customerId' in item && item.customerId)).toEqual(ids);
    expect(most).toBe(3);
    expect(backend.connections()).toBe(3);
  });

  test('list pages one by one when batches are off', async () => {
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
