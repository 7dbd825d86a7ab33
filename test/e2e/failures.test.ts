import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { CustomerDocument, CustomersDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

const hang = { type: 'hang' } as const;

describe('with the reseller API failing', () => {
  test('billing is all there, the reseller half is null, with one coded error per path', async () => {
    const gateway = await startTestGateway();
    gateway.sandbox.faults.add({ backend: 'reseller', effect: { type: 'close' } });
    const { data, errors } = await request(gateway.url, CustomersDocument, { first: 10 });
    const nodes = data?.customers?.nodes ?? [];
    expect(nodes).toHaveLength(10);
    for (const node of nodes) expect(node.billing?.account?.name).toBeTruthy();
    expect(nodes.every((node) => node.reseller === null && node.subscriptions === null)).toBe(true);
    const paths = errors?.map((error) => error.path?.join('.')) ?? [];
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.length).toBeGreaterThanOrEqual(10);
    for (const error of errors ?? []) {
      expect(error.extensions).toMatchObject({
        code: 'UNAVAILABLE',
        service: 'reseller',
        retryable: true,
        requestId: expect.any(String),
      });
    }
  });

  test('an HTML page of a front end is no answer, and is not shown', async () => {
    const gateway = await startTestGateway();
    const body = '<html><b>502</b> stack at internal.host:8080</html>';
    const effect = { type: 'http', status: 502, body, contentType: 'text/html' } as const;
    gateway.sandbox.faults.add({ backend: 'reseller', effect });
    const by = { domain: 'flexible.example' };
    const { data, errors } = await request(gateway.url, CustomerDocument, { by });
    expect(data).toEqual({ customer: null });
    expect(errors).toMatchObject([
      { path: ['customer'], extensions: { code: 'UNAVAILABLE', service: 'reseller' } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('internal.host');
  });
});

describe('with the billing API failing', () => {
  test('subscriptions are all there, and a linked customer keeps its reseller half', async () => {
    const gateway = await startTestGateway();
    const [link] = gateway.sandbox.links;
    gateway.sandbox.faults.add({ backend: 'billing', effect: { type: 'grpc', code: 14 } });
    const { data, errors } = await request<Record<string, object | null>, object>(
      gateway.url,
      `{ customers { nodes { id } }
         subscriptions(first: 3) { nodes { id skuName } }
         customer(by: { resellerCustomerId: "${link?.resellerCustomerId}" }) {
           billing { customerId }
           reseller { customerDomain }
         } }`,
    );
    expect(data).toMatchObject({
      customers: null,
      subscriptions: { nodes: [{}, {}, {}] },
      customer: { billing: null, reseller: { customerDomain: expect.any(String) } },
    });
    expect(errors?.map((error) => [error.path?.join('.'), error.extensions.code]).sort()).toEqual([
      ['customer.billing', 'UNAVAILABLE'],
      ['customers', 'UNAVAILABLE'],
    ]);
  });
});

describe('with a backend that hangs', () => {
  test.each([
    'billing',
    'reseller',
  ] as const)('%s: the answer comes within its deadline', async (backend) => {
    const gateway = await startTestGateway({
      env: { BILLING_TIMEOUT_MS: '300', RESELLER_TIMEOUT_MS: '300' },
    });
    await request(gateway.url, CustomersDocument, { first: 5 });
    gateway.sandbox.faults.add({ backend, effect: hang });
    const startedAt = performance.now();
    const { data, errors } = await request<Record<string, object | null>, object>(
      gateway.url,
      '{ customers(first: 5) { nodes { id } } subscriptions(first: 5) { nodes { id } } }',
    );
    expect(performance.now() - startedAt).toBeLessThan(350);
    const failed = backend === 'billing' ? 'customers' : 'subscriptions';
    expect(data?.[failed]).toBeNull();
    expect(Object.values(data ?? {}).filter(Boolean)).toHaveLength(1);
    expect(errors).toMatchObject([
      {
        path: [failed],
        extensions: { code: 'DEADLINE_EXCEEDED', service: backend, retryable: true },
      },
    ]);
  });
});

describe('bad input', () => {
  const id = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['a negative first', '{ customers(first: -1) { nodes { id } } }'],
    ['a huge first', '{ customers(first: 2147483647) { nodes { id } } }'],
    ['first past an Int', '{ customers(first: 3000000000) { nodes { id } } }'],
    ['a first that is no integer', '{ customers(first: 1.5) { nodes { id } } }'],
    ['a first that is a string', '{ customers(first: "5") { nodes { id } } }'],
    ['a cursor that is none', '{ customers(after: "nonsense") { nodes { id } } }'],
    ['an empty cursor', '{ subscriptions(after: "") { nodes { id } } }'],
    ['a cursor of 50 kB', `{ customers(after: "${'x'.repeat(50_000)}") { nodes { id } } }`],
    ['an empty id', '{ node(id: "") { id } }'],
    ['an id of 50 kB', `{ node(id: "${'x'.repeat(50_000)}") { id } }`],
    ['an id that is none', '{ node(id: "nonsense") { id } }'],
    ['an id of an unknown type', `{ node(id: "${id('Invoice:1')}") { id } }`],
    ['an id that lacks a part', `{ node(id: "${id('Customer:b:reseller')}") { id } }`],
    ['an id of another type', `{ customer(by: { id: "${id('Operation:1')}" }) { id } }`],
    ['an empty domain', '{ customer(by: { domain: "" }) { id } }'],
    ['an empty reseller id', '{ customers(resellerId: "") { nodes { id } } }'],
    [
      'a reseller id of 51 characters',
      `{ customers(resellerId: "${'r'.repeat(51)}") { nodes { id } } }`,
    ],
    ['an empty operation id', '{ operation(by: { operationId: "" }) { id } }'],
    [
      'two keys where one is wanted',
      '{ customer(by: { domain: "a.example", resellerCustomerId: "C1" }) { id } }',
    ],
    ['no key at all', '{ customer(by: {}) { id } }'],
    [
      'an empty subscription key',
      '{ subscription(by: { key: { customerId: "", subscriptionId: "" } }) { id } }',
    ],
    ['101 ids at once', `{ nodes(ids: [${Array(101).fill('"x"').join(',')}]) { id } }`],
  ])('%s is refused before anything is asked upstream', async (_what, query) => {
    const { url, sandbox } = await startTestGateway();
    const { data, errors } = await request<object, object>(url, query);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
    expect(errors?.[0]?.message.length).toBeLessThan(300);
    expect(sandbox.calls.counts()).toEqual({});
  });

  test('one bad id among good ones is null alone', async () => {
    const { url, sandbox } = await startTestGateway();
    const good = id(`Customer:r:${sandbox.links[0]?.resellerCustomerId}`);
    const { data, errors } = await request<object, object>(
      url,
      `{ nodes(ids: ["nonsense", "${good}"]) { __typename } }`,
    );
    expect(data).toEqual({ nodes: [null, { __typename: 'Customer' }] });
    expect(errors).toMatchObject([{ path: ['nodes', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('ids that would lead to another path do not', async () => {
    const { url, sandbox } = await startTestGateway();
    for (const evil of ['..', '.', 'a/../b', 'a/subscriptions/1', '%2e%2e', 'x?y=z']) {
      const { data } = await request(url, CustomerDocument, { by: { domain: evil } });
      expect(data, evil).toEqual({ customer: null });
    }
    expect(Object.keys(sandbox.calls.counts())).toEqual(['customers.get']);
  });
});
