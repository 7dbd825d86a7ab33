import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

const env = { BILLING_CONCURRENCY: '4', BILLING_QUEUE: '4' };

/** Sends a query and returns its status, its body and the time it took. */
async function send(url: string, query: string) {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  });
  const body = await response.json();
  return { response, body, status: response.status, ms: performance.now() - startedAt };
}

const list = (resellerId: string, rest = ''): string =>
  `{ customers(resellerId: "${resellerId}", first: 1) { nodes { id } } ${rest} }`;

describe('more requests than a backend takes', () => {
  test('are answered with 503 and a code, and the others are answered later', async () => {
    const { url, sandbox } = await startTestGateway({ env });
    await send(url, list('warm'));
    sandbox.faults.add({ method: 'CustomerService.List', latencyMs: 800 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => send(url, list(`r${n}`))),
    );
    const shed = answers.filter(({ status }) => status === 503);
    expect(shed).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    for (const { response, body, ms } of shed) {
      expect(response.headers.get('retry-after')).toBe('1');
      expect(body.errors).toMatchObject([
        {
          message: 'Too many requests are using the billing API. Retry later.',
          extensions: { code: 'UNAVAILABLE', service: 'billing', retryable: true },
        },
      ]);
      expect(ms).toBeLessThan(700);
    }
  });

  test('keep what the other backend returns', async () => {
    const { url, sandbox } = await startTestGateway({
      env: { BILLING_CONCURRENCY: '1', BILLING_QUEUE: '0' },
    });
    await send(url, list('warm'));
    sandbox.faults.add({ method: 'CustomerService.List', latencyMs: 300 });
    const first = send(url, list('r1'));
    await expect.poll(() => sandbox.calls.count('CustomerService.List')).toBe(2);
    const { status, body } = await send(
      url,
      list('r2', 'subscriptions(first: 1) { nodes { id } }'),
    );
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ customers: null, subscriptions: { nodes: [{}] } });
    expect((await first).status).toBe(200);
  });

  test('lets a mutation that was shed say that nothing was sent', async () => {
    const { url, sandbox } = await startTestGateway({
      env: { BILLING_CONCURRENCY: '1', BILLING_QUEUE: '0' },
      sandbox: { seed: { customers: 3 } },
    });
    const { body } = await send(url, '{ customers(first: 1) { nodes { id } } }');
    sandbox.faults.add({ method: 'CustomerService.List', latencyMs: 300 });
    const first = send(url, list('r1'));
    await expect.poll(() => sandbox.calls.count('CustomerService.List')).toBe(2);
    const answer = await send(
      url,
      `mutation { activateCustomer(input: { customer: "${body.data.customers.nodes[0].id}" }) {
        __typename ... on Error { code } } }`,
    );
    expect(answer.body.data.activateCustomer).toEqual({
      __typename: 'UnavailableError',
      code: 'UNAVAILABLE',
    });
    expect(sandbox.calls.count('CustomerService.Activate')).toBe(0);
    await first;
  });
});

test('hundreds of customers with accounts and both halves are one request', async () => {
  const { url } = await startTestGateway({
    env: { ...env, BILLING_CONCURRENCY: '1', BILLING_QUEUE: '0' },
    sandbox: { seed: { customers: 300 } },
  });
  const { body } = await send(
    url,
    `{ customers(first: 300) { nodes { billing { account { name } } reseller { customerDomain } } } }`,
  );
  expect(body.errors).toBeUndefined();
  expect(body.data.customers.nodes.length).toBe(300);
});

test('a single read is answered while three requests wait for many slow reads', async () => {
  const { url, sandbox } = await startTestGateway({ env: { RESELLER_CONNECTIONS: '4' } });
  sandbox.faults.add({ method: 'customers.get', latencyMs: 50 });
  const readMany = (from: number): string => {
    const reads = Array.from(
      { length: 30 },
      (_, n) => `a${n}: customer(by: { domain: "d${from + n}.example" }) { id }`,
    );
    return `{ ${reads.join(' ')} }`;
  };
  let ended = 0;
  const large = [0, 100, 200].map((from) => send(url, readMany(from)).then(() => ended++));
  await expect.poll(() => sandbox.calls.count('customers.get')).toBeGreaterThan(3);
  const single = await send(url, '{ customer(by: { domain: "single.example" }) { id } }');
  expect(single.body).toEqual({ data: { customer: null } });
  expect(ended).toBe(0);
  await Promise.all(large);
});
