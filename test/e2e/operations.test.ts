import { describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  ActivateCustomerDocument,
  OperationDocument,
  WatchOperationDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';

async function activate(gateway: TestGateway, name = 'Nordlicht Bakery') {
  const customer = await customerNamed(gateway, name);
  const { data, errors } = await request(gateway.url, ActivateCustomerDocument, { customer });
  expect(errors).toBeUndefined();
  const result = data?.activateCustomer;
  if (!result || !('operation' in result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return { customer, operation: result.operation };
}

async function watched(gateway: TestGateway, operation: string, after?: string) {
  const client = connectSocket(gateway.url);
  const events = await collect(subscribe(client, WatchOperationDocument, { operation, after }));
  return events.map(({ data, errors }) => {
    expect(errors).toBeUndefined();
    if (!data) throw new Error('an event without data');
    return data.operationUpdated;
  });
}

describe('an operation', () => {
  test('is given at once, and watched until it has succeeded', async () => {
    const gateway = await startTestGateway();
    const { customer, operation } = await activate(gateway);
    expect(operation).toMatchObject({ kind: 'ACTIVATE_CUSTOMER', status: 'RUNNING', result: null });
    const states = await watched(gateway, operation.id);
    expect(states[0]).toMatchObject({ id: operation.id, status: 'RUNNING' });
    expect(states.at(-1)).toMatchObject({
      status: 'SUCCEEDED',
      result: { id: customer, billing: { account: { active: true } } },
    });
  });

  test('that rolls back is FAILING before it is FAILED', async () => {
    const gateway = await startTestGateway({
      sandbox: { operations: { minMs: 400, maxMs: 400 } },
    });
    const { operation } = await activate(gateway, 'Rolls Back Logistics');
    const statuses = (await watched(gateway, operation.id)).map((state) => state.status);
    expect(statuses).toContain('FAILING');
    expect(statuses.at(-1)).toBe('FAILED');
    expect(statuses.indexOf('FAILING')).toBeLessThan(statuses.indexOf('FAILED'));
  });

  test('that fails says why, with its details typed', async () => {
    const gateway = await startTestGateway();
    const { operation } = await activate(gateway, 'Always Fails Trading');
    await watched(gateway, operation.id);
    const { data, errors } = await request<{ operation: object }, object>(
      gateway.url,
      `{ operation(by: { id: "${operation.id}" }) { status result { ... on OperationFailure {
          code message details { __typename ... on PreconditionFailureDetail { violations { type subject description } } }
      } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.operation).toMatchObject({
      status: 'FAILED',
      result: {
        code: 9,
        details: [
          {
            __typename: 'PreconditionFailureDetail',
            violations: [{ type: expect.any(String), subject: expect.any(String) }],
          },
        ],
      },
    });
  });

  test('is watched on behind a cursor without a repeat', async () => {
    const gateway = await startTestGateway();
    const { operation } = await activate(gateway);
    const all = await watched(gateway, operation.id, operation.cursor);
    expect(all.map((state) => state.cursor)).not.toContain(operation.cursor);
    expect(all.at(-1)?.status).toBe('SUCCEEDED');
    expect(await watched(gateway, operation.id, all.at(-1)?.cursor)).toEqual([]);
  });

  test('that is finished gives its final state and completes', async () => {
    const gateway = await startTestGateway();
    const { operation } = await activate(gateway);
    await watched(gateway, operation.id);
    gateway.sandbox.calls.reset();
    const states = await watched(gateway, operation.id);
    expect(states.map((state) => state.status)).toEqual(['SUCCEEDED']);
    expect(gateway.sandbox.calls.count('OperationService.Get')).toBe(0);
  });

  test('that was started elsewhere can be read and watched by its own id', async () => {
    const gateway = await startTestGateway();
    const other = await startTestGateway();
    const { operation } = await activate(gateway);
    const operationId = operation.operationId;
    const { data } = await request<{ operation: { id: string } | null }, object>(
      other.url,
      `{ operation(by: { operationId: "${operationId}" }) { id } }`,
    );
    // Two sandboxes know nothing of each other.
    expect(data).toEqual({ operation: null });
    const own = await request<{ operation: { id: string; kind: string } }, object>(
      gateway.url,
      `{ operation(by: { operationId: "${operationId}" }) { id kind } }`,
    );
    expect(own.data?.operation).toEqual({ id: operation.id, kind: 'ACTIVATE_CUSTOMER' });
  });

  test('that nobody knows is null, and watching it is a coded error', async () => {
    const gateway = await startTestGateway();
    const id = Buffer.from('Operation:nobody-knows').toString('base64url');
    const { data, errors } = await request<object, object>(
      gateway.url,
      `{ operation(by: { id: "${id}" }) { id } node(id: "${id}") { id } }`,
    );
    expect({ data, errors }).toEqual({ data: { operation: null, node: null }, errors: undefined });
    const client = connectSocket(gateway.url);
    const events = await collect(subscribe(client, WatchOperationDocument, { operation: id }));
    expect(events).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });
});

describe('a mutation', () => {
  test('sent again with the same key gives the same operation', async () => {
    const gateway = await startTestGateway();
    const customer = await customerNamed(gateway, 'Nordlicht Bakery');
    const mutation = `mutation { activateCustomer(input: {
      customer: "${customer}", idempotencyKey: "8c5a7d3e-7a54-4d1e-9a51-0d7f4a2b9c11"
    }) { ... on ActivateCustomerSuccess { operation { id } } } }`;
    const first = await request<object, object>(gateway.url, mutation);
    expect(first.data).toMatchObject({
      activateCustomer: { operation: { id: expect.any(String) } },
    });
    expect(await request(gateway.url, mutation)).toEqual(first);
    // What the key started is in the journal, so that it need not be asked for again.
    const sent = gateway.sandbox.calls.recent.filter(
      (call) => call.method === 'CustomerService.Activate',
    );
    // The key sent to billing is the gateway's own, so that two callers never share one.
    expect(sent.map((call) => call.headers['idempotency-key'])).toEqual([
      expect.not.stringContaining('8c5a7d3e-7a54-4d1e-9a51-0d7f4a2b9c11'),
    ]);
  });

  test('with the key of another request is a conflict, and is not sent', async () => {
    const gateway = await startTestGateway();
    const idempotencyKey = '8c5a7d3e-7a54-4d1e-9a51-0d7f4a2b9c12';
    const first = await customerNamed(gateway, 'Nordlicht Bakery');
    const other = await customerNamed(gateway, 'Never Done Yard');
    const activate = (customer: string) =>
      request<{ activateCustomer: object }, object>(
        gateway.url,
        `mutation { activateCustomer(input: { customer: "${customer}", idempotencyKey: "${idempotencyKey}" }) {
          __typename ... on Error { code } } }`,
      );
    expect((await activate(first)).data?.activateCustomer).toMatchObject({
      __typename: 'ActivateCustomerSuccess',
    });
    expect((await activate(other)).data?.activateCustomer).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
    });
    expect(gateway.sandbox.calls.count('CustomerService.Activate')).toBe(1);
  });

  test('whose answer is lost is repeated with the same key, and started once', async () => {
    const gateway = await startTestGateway();
    const customer = await customerNamed(gateway, 'Nordlicht Bakery');
    gateway.sandbox.faults.add({
      method: 'CustomerService.Activate',
      times: 1,
      executed: true,
      effect: { type: 'grpc', code: 14 },
    });
    const { data } = await request(gateway.url, ActivateCustomerDocument, { customer });
    expect(data?.activateCustomer).toHaveProperty('operation');
    const sent = gateway.sandbox.calls.recent.filter(
      (c) => c.method === 'CustomerService.Activate',
    );
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map((call) => call.headers['idempotency-key'])).size).toBe(1);
  });

  test('answers a customer that billing does not have as a typed error', async () => {
    const gateway = await startTestGateway();
    const customer = Buffer.from('Customer:b:dn2nordwindcloud0000:nobody').toString('base64url');
    const { data, errors } = await request(gateway.url, ActivateCustomerDocument, { customer });
    expect(errors).toBeUndefined();
    expect(data?.activateCustomer).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('suspendCustomer wants a confirmation, and says at which field', async () => {
    const gateway = await startTestGateway();
    const customer = await customerNamed(gateway, 'Nordlicht Bakery');
    gateway.sandbox.calls.reset();
    const suspend = (confirm: string) => `mutation { suspendCustomer(input: {
      customer: "${customer}" ${confirm} }) { __typename
        ... on ValidationError { code fields { path message } }
        ... on SuspendCustomerSuccess { operation { kind status } } } }`;
    const refused = await request<{ suspendCustomer: object }, object>(gateway.url, suspend(''));
    expect(refused.data?.suspendCustomer).toMatchObject({
      __typename: 'ValidationError',
      code: 'BAD_USER_INPUT',
      fields: [{ path: ['input', 'confirm'] }],
    });
    expect(gateway.sandbox.calls.counts()).toEqual({});
    const done = await request<{ suspendCustomer: object }, object>(
      gateway.url,
      suspend('confirm: true'),
    );
    expect(done.data?.suspendCustomer).toMatchObject({ operation: { kind: 'SUSPEND_CUSTOMER' } });
  });
});

test('a client that leaves while its mutation is under way does not take the operation with it', async () => {
  const lasting = { minMs: 5_000, maxMs: 5_000 };
  const gateway = await startTestGateway({ sandbox: { operations: lasting } });
  const { calls, faults, operations } = gateway.sandbox;
  const customer = await customerNamed(gateway, 'Nordlicht Bakery');
  const key = '2f1c2a44-30a8-4a50-8a1e-0c9c31a6a0c1';
  const query = `mutation { activateCustomer(input: {
    customer: "${customer}", idempotencyKey: "${key}" }) { __typename } }`;
  faults.add({ method: 'CustomerService.Activate', latencyMs: 100 });
  const leaving = new AbortController();
  const sent = fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  const left = expect(sent).rejects.toThrow();
  await expect.poll(() => calls.count('CustomerService.Activate')).toBe(1);
  leaving.abort();
  await left;
  const activation = () => calls.recent.find(({ method }) => method.endsWith('.Activate'));
  const sentKey = () => String(activation()?.headers['idempotency-key']);
  await expect.poll(() => operations.findByKey(sentKey())).toBeDefined();
  const by = { operationId: operations.findByKey(sentKey())?.id ?? '' };
  const kindOf = async () =>
    (await request(gateway.url, OperationDocument, { by })).data?.operation?.kind;
  // Only an operation that the gateway itself recorded has a kind.
  await expect.poll(kindOf).toBe('ACTIVATE_CUSTOMER');
});
