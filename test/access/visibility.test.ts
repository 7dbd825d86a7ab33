import { describe, expect, test } from 'vitest';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { both, type Listed, list } from './lists.support.ts';
import { overWebSocket } from './streams.support.ts';
import { startTenants, tokenFor } from './tenants.support.ts';

describe('customers without resellerId', () => {
  test('are those of the only reseller of a token, and otherwise have to be named', async () => {
    const { ask, second, sandbox } = await startTenants();
    const query = '{ customers { nodes { billing { resellerId customerId } } } }';
    const { nodes } = await list(ask, second.token, query);
    const own = sandbox.store.billing.customersOf(secondResellerId);
    expect(nodes).toEqual(
      own.map(({ id }) => ({ billing: { resellerId: secondResellerId, customerId: id } })),
    );
    for (const resellers of [both.resellers, []]) {
      const token = await tokenFor('root', { roles: ['viewer'], resellers });
      const { errors } = await ask(token, query);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('lists', () => {
  test('of operations and audit entries have only those of the tenant, with their total', async () => {
    const { ask, main, second } = await startTenants();
    for (const { token, ids } of [main, second]) {
      const operations = await list(ask, token, '{ operations { nodes { id } } }');
      // The activation, and the invitation, which names no customer when it starts.
      expect(operations.nodes).toHaveLength(2);
      expect(operations.nodes).toContainEqual({ id: ids.operation });
      const query = '{ auditLog { totalCount nodes { viewer } } }';
      const { totalCount, nodes } = await list(ask, token, query);
      expect([totalCount, nodes]).toEqual([2, [{ viewer: ids.viewer }, { viewer: ids.viewer }]]);
    }
    const root = await tokenFor('root', both);
    expect((await list(ask, root, '{ operations { nodes { id } } }')).nodes).toHaveLength(4);
    expect((await list(ask, root, '{ auditLog { totalCount nodes { id } } }')).totalCount).toBe(4);
  });

  test('of subscriptions have only those of linked customers, on pages of any size', async () => {
    const { ask, main, second, sandbox } = await startTenants();
    const query = `query ($first: Int, $after: String) { subscriptions(first: $first, after: $after) {
      nodes { customerId skuId } pageInfo { hasNextPage endCursor } } }`;
    const { nodes, pageInfo } = await list(ask, second.token, query, { first: 1 });
    const { resellerCustomerId: customerId, skuId } = second.ids;
    expect(nodes).toEqual([{ customerId, skuId }]);
    expect(pageInfo?.hasNextPage).toBe(false);
    const rest = await list(ask, second.token, query, { after: pageInfo?.endCursor });
    expect(rest.nodes).toEqual([]);

    const seen: unknown[] = [];
    for (let after: string | null | undefined = null; ; ) {
      const page: Listed = await list(ask, main.token, query, { first: 7, after });
      seen.push(...page.nodes);
      if (!page.pageInfo?.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    const all = [...sandbox.store.reseller.customers()].flatMap((customer) =>
      customer.managedBy === 'us' ? customer.subscriptions.map(() => customer.customerId) : [],
    );
    expect(seen.map((node) => Object(node).customerId).sort()).toEqual(
      all.filter((id) => id !== customerId).sort(),
    );
  });

  test('continue after a cursor of another tenant with own entries only', async () => {
    const { ask, main, second } = await startTenants();
    const query = `query ($after: String) { operations(first: 1, after: $after) {
      nodes { id } pageInfo { endCursor } } }`;
    const first = await list(ask, main.token, query);
    const next = await list(ask, second.token, query, { after: first.pageInfo?.endCursor });
    const own = await list(ask, second.token, '{ operations { nodes { id } } }');
    for (const node of next.nodes) expect(own.nodes).toContainEqual(node);
  });
});

describe('what is linked to no billing customer', () => {
  test('belongs to the viewers of the reseller that owns it', async () => {
    const { ask, main, second, push } = await startTenants();
    const messageId = await push({ event_type: 'SUBSCRIPTION_RENEWED' });
    const query = `query ($id: ID!, $by: CustomerBy!) { node(id: $id) { id } customer(by: $by) { id }
      notificationWatch { topicName } }`;
    const id = encodeGlobalId('Notification', messageId);
    const variables = { id, by: { domain: 'several-products.example' } };
    const { data } = await ask(main.token, query, variables);
    expect(data).toMatchObject({ node: { id }, notificationWatch: {} });
    expect(data?.['customer']).not.toBeNull();
    expect(data?.['notificationWatch']).not.toBeNull();
    expect((await ask(second.token, query, variables)).data).toEqual({
      ...{ node: null, customer: null, notificationWatch: null },
    });
  });

  test('follows the current link, also while a subscription is open', async () => {
    const world = await startTenants();
    const { ask, second, main, push, url } = world;
    const root = await tokenFor('root', both);
    const query = 'subscription { notificationReceived { messageId } }';
    const received = overWebSocket(url, second.token)(query, {});
    const byOwner = overWebSocket(url, main.token)(query, {});
    const event = {
      customer_id: second.ids.resellerCustomerId,
      event_type: 'SUBSCRIPTION_RENEWED',
    };
    await expect
      .poll(
        async () => {
          await push(event);
          return received.length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    const unlink = `mutation ($id: ID!) { unlinkCustomer(input: { customer: $id }) { __typename } }`;
    expect((await ask(root, unlink, { id: second.ids.customer })).data).toEqual({
      unlinkCustomer: { __typename: 'UnlinkCustomerSuccess' },
    });
    const messageId = await push(event);
    await expect.poll(() => byOwner.join(), { timeout: 10_000 }).toContain(messageId);
    expect(received.join()).not.toContain(messageId);
    const history = '{ notifications { nodes { messageId } } }';
    expect((await list(ask, second.token, history)).nodes).toEqual([]);
    expect((await list(ask, main.token, history)).nodes).toContainEqual({
      messageId: second.ids.messageId,
    });
  });
});
