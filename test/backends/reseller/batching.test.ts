import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/backends/credentials/credential.ts';
import {
  type Backend,
  clientOf,
  customerJson,
  type Received,
  refuse,
  reply,
  scope,
  startBackend,
  subscriptionJson,
} from './reseller.support.ts';

interface Inner {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

type InnerResponse = readonly [status: number, body?: object];

/** The calls of a received batch. */
function innerCalls({ headers, body }: Received): Inner[] {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '';
  const parts = body.split(`--${boundary}\r\n`).slice(1);
  return parts.map((part) => {
    const [, head = '', text = ''] = part.split('\r\n\r\n');
    const [method = '', url = ''] = head.split(' ');
    return { method, url, body: text.split('\r\n')[0] ?? '' };
  });
}

/** Sends one part per response, in order and without Content-ID, as the vendor does. */
function replyBatch(response: ServerResponse, responses: readonly InnerResponse[]): void {
  const parts = responses.map(([status, body]) =>
    [
      '--answer',
      'Content-Type: application/http',
      '',
      `HTTP/1.1 ${status} X`,
      'Content-Type: application/json',
      '',
      body ? JSON.stringify(body) : '',
      '',
    ].join('\r\n'),
  );
  response
    .writeHead(200, { 'content-type': 'multipart/mixed; boundary="answer"' })
    .end(`${parts.join('')}--answer--`);
}

/** A backend that responds to each call of a batch. */
function batchBackend(respond: (call: Inner) => InnerResponse): Promise<Backend> {
  return startBackend((request, response) => {
    if (request.method === 'POST' && request.url.endsWith('/batch')) {
      return replyBatch(response, innerCalls(request).map(respond));
    }
    const [status, body] = respond(request);
    return reply(response, body ?? {}, status);
  });
}

const lastSegment = (url: string): string => decodeURIComponent(url.split('/').at(-1) ?? '');
const customerOf = ({ url }: Inner): InnerResponse => [200, customerJson(lastSegment(url))];
const error = (code: number, reason: string): InnerResponse => [
  code,
  { error: { code, message: reason, errors: [{ domain: 'global', reason, message: reason }] } },
];

describe('batched reads', () => {
  test('send one request with the paths of single calls', async () => {
    const backend = await batchBackend((call) => {
      const id = lastSegment(call.url);
      if (id === 'a/b') return error(404, 'notFound');
      if (id === 'bad') return error(403, 'forbidden');
      return customerOf(call);
    });
    const client = clientOf({ url: `${backend.url}/base/` }, { batch: true });
    const found = await client.getCustomers(['C1', 'a/b', '..', 'bad', 'C2'], scope());
    expect(found).toMatchObject([
      { customerId: 'C1' },
      null,
      { code: 'BAD_USER_INPUT' },
      {
        code: 'FORBIDDEN',
        message: 'The reseller API denied permission for this request.',
        requestId: 'req-1',
      },
      { customerId: 'C2' },
    ]);
    expect(backend.received).toHaveLength(1);
    const [batch] = backend.received;
    expect(batch).toMatchObject({
      method: 'POST',
      url: '/base/batch',
      headers: { authorization: 'Bearer t0k3n' },
    });
    expect(batch && innerCalls(batch).map(({ method, url }) => `${method} ${url}`)).toEqual(
      ['C1', 'a%2Fb', 'bad', 'C2'].map((id) => `GET /base/apps/reseller/v1/customers/${id}`),
    );
  });

  test('send at most 1000 calls in one batch', async () => {
    const backend = await batchBackend(customerOf);
    const ids = Array.from({ length: 2001 }, (_, n) => `C${n}`);
    const found = await clientOf(backend, { batch: true }).getCustomers(ids, scope());
    expect(found).toMatchObject(ids.map((customerId) => ({ customerId })));
    expect(backend.received.map(({ url }) => url).sort()).toEqual([
      '/apps/reseller/v1/customers/C2000',
      '/batch',
      '/batch',
    ]);
  });

  test('send a single call without a batch, and no request for an empty list', async () => {
    const backend = await batchBackend(customerOf);
    const client = clientOf(backend, { batch: true });
    expect(await client.getCustomers(['C1'], scope())).toMatchObject([{ customerId: 'C1' }]);
    expect(await client.getCustomers([], scope())).toEqual([]);
    expect(await client.getCustomers([''], scope())).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    expect(backend.received).toMatchObject([{ method: 'GET' }]);
  });

  test('include pages of subscriptions', async () => {
    const backend = await batchBackend(({ url }) => [
      200,
      { subscriptions: [subscriptionJson(url.includes('C1') ? 'S1' : 'S2')], nextPageToken: 'n' },
    ]);
    const page = { token: null, size: 10 };
    const pages = await clientOf(backend, { batch: true }).listSubscriptionPages(
      ['C1', 'C2'].map((customerId) => ({ filter: { customerId }, page })),
      scope(),
    );
    expect(pages).toMatchObject([
      { items: [{ subscriptionId: 'S1' }], nextToken: 'n' },
      { items: [{ subscriptionId: 'S2' }], nextToken: 'n' },
    ]);
    expect(backend.received).toHaveLength(1);
  });

  test('share one batch when they are concurrent', async () => {
    const backend = await batchBackend(customerOf);
    const client = clientOf(backend, { batch: true });
    const [one, two] = await Promise.all([
      client.getCustomers(['C1', 'C2'], scope()),
      client.getCustomers(['C1', 'C2'], scope()),
    ]);
    expect(one).toEqual(two);
    expect(backend.received).toHaveLength(1);
  });

  test('fail individually when their part is missing', async () => {
    const backend = await startBackend((_, response) =>
      replyBatch(response, [[200, customerJson('C1')]]),
    );
    const found = await clientOf(backend, { batch: true }).getCustomers(['C1', 'C2'], scope());
    expect(found).toMatchObject([
      { customerId: 'C1' },
      { code: 'INTERNAL_SERVER_ERROR', service: 'reseller', requestId: 'req-1' },
    ]);
  });

  test.each<[string, number, Record<string, string>, string, string, number]>([
    ['HTML 404', 404, {}, '<html>', 'INTERNAL_SERVER_ERROR', 1],
    ['JSON 404', 404, {}, '{"error":{"code":404}}', 'INTERNAL_SERVER_ERROR', 1],
    ['400', 400, {}, '{"error":{"code":400}}', 'INTERNAL_SERVER_ERROR', 1],
    ['403', 403, {}, '{"error":{"code":403}}', 'FORBIDDEN', 1],
    ['503', 503, {}, '', 'UNAVAILABLE', 3],
    [
      '200 that is not a batch',
      200,
      { 'content-type': 'text/html' },
      '<html>',
      'INTERNAL_SERVER_ERROR',
      1,
    ],
    ['200 without a type', 200, {}, '', 'INTERNAL_SERVER_ERROR', 1],
  ])('all fail when the batch response is %s', async (_, status, headers, body, code, calls) => {
    const backend = await startBackend((_request, response) =>
      response.writeHead(status, headers).end(body),
    );
    const found = await clientOf(backend, { batch: true }).getCustomers(['C1', 'C2'], scope());
    expect(found).toMatchObject([{ code }, { code }]);
    expect(backend.received).toHaveLength(calls);
  });

  test.each([
    'outer',
    'inner',
  ])('are sent again when the token is rejected in the %s response', async (where) => {
    const backend = await startBackend((request, response) => {
      if (request.headers.authorization === 'Bearer new') {
        return replyBatch(response, innerCalls(request).map(customerOf));
      }
      if (where === 'outer') return refuse(response, 401, 'authError');
      return replyBatch(response, [error(401, 'authError'), error(401, 'authError')]);
    });
    let token = 'old';
    const credential: Credential = {
      token: async () => token,
      invalidate: () => {
        token = 'new';
        return true;
      },
    };
    const client = clientOf(backend, { batch: true, credential });
    expect(await client.getCustomers(['C1', 'C2'], scope())).toMatchObject([
      { customerId: 'C1' },
      { customerId: 'C2' },
    ]);
    expect(backend.received).toHaveLength(2);
  });
});

describe('batched writes', () => {
  const order = (customerId: string) => ({
    customerId,
    customerAuthToken: 'ff',
    subscription: {
      skuId: 'Google-Vault',
      planName: 'FLEXIBLE',
      seats: { maximumNumberOfSeats: 5 },
    },
  });
  const deletion = (subscriptionId: string) => ({
    customerId: 'C1',
    subscriptionId,
    deletionType: 'cancel' as const,
  });

  test('transfer several subscriptions and return a result for each', async () => {
    const backend = await batchBackend(({ url }) =>
      url.includes('C2') ? error(412, 'conditionNotMet') : [200, subscriptionJson('S1')],
    );
    const results = await clientOf(backend).insertSubscriptions(
      [order('C1'), order('C2')],
      scope(),
    );
    expect(results).toMatchObject([
      { subscriptionId: 'S1' },
      { code: 'FAILED_PRECONDITION', requestId: 'req-1' },
    ]);
    expect(backend.received.flatMap(innerCalls)).toMatchObject([
      {
        method: 'POST',
        url: '/apps/reseller/v1/customers/C1/subscriptions?customerAuthToken=ff',
        body: expect.stringContaining('"customerId":"C1","skuId":"Google-Vault"'),
      },
      { method: 'POST', body: expect.stringContaining('"customerId":"C2"') },
    ]);
  });

  test('delete several subscriptions and return a result for each', async () => {
    const backend = await batchBackend(({ url }) =>
      url.includes('S2') ? error(404, 'notFound') : [204],
    );
    const results = await clientOf(backend).deleteSubscriptions(
      ['S1', 'S2', 'S3'].map(deletion),
      scope(),
    );
    expect(results).toMatchObject([null, { code: 'NOT_FOUND' }, null]);
    expect(backend.received.flatMap(innerCalls)[0]).toMatchObject({
      method: 'DELETE',
      url: '/apps/reseller/v1/customers/C1/subscriptions/S1?deletionType=cancel',
    });
  });

  test('send a single call without a batch, and no request for an empty list', async () => {
    const backend = await batchBackend(() => [204]);
    const client = clientOf(backend);
    expect(await client.deleteSubscriptions([deletion('S1')], scope())).toEqual([null]);
    expect(await client.deleteSubscriptions([], scope())).toEqual([]);
    expect(backend.received).toMatchObject([{ method: 'DELETE' }]);
  });

  test('are sent once and are not retryable when the whole batch fails', async () => {
    const backend = await startBackend((_, response) => response.writeHead(502).end('<html>'));
    await expect(
      clientOf(backend).deleteSubscriptions(['S1', 'S2'].map(deletion), scope()),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false, requestId: 'req-1' });
    expect(backend.received).toHaveLength(1);
  });

  test('are not sent again when the token is rejected for some parts only', async () => {
    const backend = await startBackend((_, response) =>
      replyBatch(response, [[204], error(401, 'authError')]),
    );
    const credential: Credential = { token: async () => 't', invalidate: () => true };
    const results = await clientOf(backend, { credential }).deleteSubscriptions(
      ['S1', 'S2'].map(deletion),
      scope(),
    );
    expect(results).toMatchObject([null, { code: 'UNAUTHENTICATED' }]);
    expect(backend.received).toHaveLength(1);
  });

  test('reject more than 1000 calls or an invalid call without a request', async () => {
    const backend = await batchBackend(() => [204]);
    const client = clientOf(backend);
    const refused = { code: 'BAD_USER_INPUT' };
    const many = Array.from({ length: 1001 }, (_, n) => deletion(`S${n}`));
    await expect(client.deleteSubscriptions(many, scope())).rejects.toMatchObject(refused);
    const odd = [deletion('S1'), deletion('..')];
    await expect(client.deleteSubscriptions(odd, scope())).rejects.toMatchObject(refused);
    expect(backend.received).toHaveLength(0);
  });
});
