import { expect, test } from 'vitest';
import { PUSH_PATH } from '../../src/server/routes.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { ActivateCustomerDocument, SuspendCustomerDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';

interface Listed {
  readonly totalCount: number;
  readonly nodes: readonly Record<string, string>[];
}

async function listed({ url }: TestGateway, field: string, selection: string): Promise<Listed> {
  const query = `{ list: ${field} { totalCount nodes { ${selection} } } }`;
  const { data, errors } = await request<{ list: Listed }, object>(url, query);
  expect(errors).toBeUndefined();
  return data?.list ?? { totalCount: -1, nodes: [] };
}

test('operations are filtered by kind and time, and counted over all pages', async () => {
  const gateway = await startTestGateway();
  const customer = await customerNamed(gateway, 'Nordlicht Bakery');
  await request(gateway.url, ActivateCustomerDocument, { customer });
  await request(gateway.url, SuspendCustomerDocument, { input: { customer, confirm: true } });
  const operations = (args: string) => listed(gateway, `operations${args}`, 'kind createdAt');
  const { nodes, totalCount } = await operations('(first: 1)');
  expect([nodes.length, totalCount]).toEqual([1, 2]);
  const [suspension] = nodes;
  for (const filter of ['kind: SUSPEND_CUSTOMER', 'kind: [SUSPEND_CUSTOMER, INVITE_CUSTOMER]']) {
    expect(await operations(`(${filter})`)).toEqual({ nodes: [suspension], totalCount: 1 });
  }
  const at = suspension?.['createdAt'] ?? '';
  const since = await operations(`(from: "${at}", kind: SUSPEND_CUSTOMER)`);
  expect(since).toEqual({ nodes: [suspension], totalCount: 1 });
  const before = await operations(`(until: "${at}", kind: SUSPEND_CUSTOMER)`);
  expect(before).toEqual({ nodes: [], totalCount: 0 });
  const { data } = await request<{ customer: { operations: Listed } }, object>(
    gateway.url,
    `{ customer(by: { id: "${customer}" }) {
      operations(kind: ACTIVATE_CUSTOMER) { totalCount nodes { kind } } } }`,
  );
  expect(data?.customer.operations).toEqual({
    nodes: [{ kind: 'ACTIVATE_CUSTOMER' }],
    totalCount: 1,
  });
});

test('notifications are filtered by time, and counted over all pages', async () => {
  const gateway = await startTestGateway();
  for (const messageId of ['1', '2']) {
    const data = Buffer.from(JSON.stringify({ customer_id: 'C1', event_type: 'X' }));
    await fetch(new URL(PUSH_PATH, gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: { messageId, data: data.toString('base64') } }),
    });
  }
  const notifications = (args: string) =>
    listed(gateway, `notifications${args}`, 'messageId receivedAt');
  const { nodes, totalCount } = await notifications('(first: 1)');
  expect([nodes.length, totalCount]).toEqual([1, 2]);
  const last = nodes[0]?.['receivedAt'] ?? '';
  const later = new Date(Date.parse(last) + 1).toISOString();
  expect(await notifications(`(until: "${later}")`)).toMatchObject({ totalCount: 2 });
  expect(await notifications(`(from: "${later}")`)).toEqual({ nodes: [], totalCount: 0 });
});

test.each(['operations', 'notifications'])('%s from after until are refused', async (field) => {
  const { url } = await startTestGateway();
  const time = '2026-01-01T00:00:00Z';
  const { errors } = await request(
    url,
    `{ ${field}(from: "${time}", until: "${time}") { nodes { id } } }`,
  );
  expect(errors).toMatchObject([{ message: 'from must be before until.' }]);
});
