import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { overWebSocket } from './streams.support.ts';
import { type Access, type Ask, startTenants, tokenFor } from './tenants.support.ts';

interface Listed {
  readonly nodes: readonly Record<string, unknown>[];
  readonly totalCount?: number;
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The list that a document of one field returns. */
async function list(ask: Ask, token: string, query: string, variables = {}): Promise<Listed> {
  const { data, errors } = await ask(token, query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as Listed;
}

const both: Access = { roles: ['admin'], resellers: ['dn2nordwindcloud0000', secondResellerId] };

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

describe('audit entries', () => {
  test('of other viewers are for admins only, and only of their tenant', async () => {
    const { ask, main, second } = await startTenants();
    const query = `query ($id: ID!) { auditEntry(by: { id: $id }) { viewer } }`;
    const resellers = main.ids.resellerId;
    const admin = await tokenFor('adam', { roles: ['admin'], resellers });
    const operator = await tokenFor('oleg', { roles: ['operator'], resellers });
    const variables = { id: main.ids.auditEntry };
    const found = { auditEntry: { viewer: main.ids.viewer } };
    expect((await ask(admin, query, variables)).data).toEqual(found);
    expect((await ask(operator, query, variables)).data).toEqual({ auditEntry: null });
    expect((await ask(admin, query, { id: second.ids.auditEntry })).data).toEqual({
      auditEntry: null,
    });
    const count = '{ auditLog { totalCount nodes { id } } }';
    expect((await list(ask, admin, count)).totalCount).toBe(2);
    expect((await list(ask, operator, count)).totalCount).toBe(0);
  });

  test('of other viewers are for nobody without roles, where everyone may run mutations', async () => {
    const { ask, main, sandbox } = await startTenants({ AUTH_CLAIM_ROLES: '' });
    const token = await tokenFor('adam', { resellers: main.ids.resellerId });
    expect((await list(ask, token, '{ auditLog { totalCount nodes { id } } }')).totalCount).toBe(0);
    const roles = ['VIEWER', 'OPERATOR', 'ADMIN'];
    expect((await ask(token, '{ viewer { roles } }')).data).toEqual({ viewer: { roles } });
    await ask(
      token,
      `mutation ($customer: ID!) { suspendCustomer(input: { customer: $customer, confirm: true }) {
        __typename } }`,
      { customer: main.ids.customer },
    );
    expect(sandbox.calls.count('CustomerService.Suspend')).toBe(1);
  });

  test('of a viewer that has changed its tenant are invisible to it', async () => {
    const { ask, main } = await startTenants();
    const moved = await tokenFor(main.ids.viewer, {
      roles: ['admin'],
      resellers: secondResellerId,
    });
    const { data } = await ask(
      moved,
      `query ($key: UUID!) { auditEntry(by: { idempotencyKey: $key }) { id } }`,
      { key: main.ids.idempotencyKey },
    );
    expect(data).toEqual({ auditEntry: null });
  });

  test('are settled with the role of their mutation, and with an own operation', async () => {
    const world = await startTenants({ BILLING_TIMEOUT_MS: '300' });
    const { ask, main, second, sandbox } = world;
    sandbox.faults.add({ method: 'CustomerService.Suspend', effect: { type: 'grpc', code: 13 } });
    const suspended = await ask(
      second.token,
      `mutation ($customer: ID!) { suspendCustomer(input: { customer: $customer, confirm: true }) {
        ... on OutcomeUnknownError { auditEntry { id } } } }`,
      { customer: second.ids.customer },
    );
    const id = Object(suspended.data?.['suspendCustomer']).auditEntry.id;
    const settle = `mutation ($id: ID!, $operationId: String) { settleWrite(input: {
      auditEntry: $id, action: CONFIRM_DONE, operationId: $operationId }) {
      ... on Error { code message } } }`;
    const operator = await tokenFor(second.ids.viewer, {
      ...{ roles: ['operator'], resellers: secondResellerId },
    });
    const variables = { id, operationId: main.ids.operationId };
    expect((await ask(operator, settle, variables)).data).toEqual({
      settleWrite: { code: 'FORBIDDEN', message: 'The admin role is required.' },
    });
    expect((await ask(second.token, settle, variables)).data).toEqual({
      settleWrite: {
        code: 'NOT_FOUND',
        message: `Billing has no operation ${main.ids.operationId}.`,
      },
    });
  });
});

describe('an idempotency key', () => {
  test('of another viewer names another write', async () => {
    const { ask, main, second } = await startTenants();
    const { data } = await ask(
      second.token,
      `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
        ... on ActivateCustomerSuccess { replayed operation { id } } } }`,
      { input: { customer: second.ids.customer, idempotencyKey: main.ids.idempotencyKey } },
    );
    const { replayed, operation } = Object(data?.['activateCustomer']);
    expect(replayed).toBe(false);
    expect(operation.id).not.toBe(main.ids.operation);
  });

  test('does not bring back an answer about an object that has become invisible', async () => {
    const { ask, main } = await startTenants();
    const moved = await tokenFor(main.ids.viewer, {
      roles: ['admin'],
      resellers: secondResellerId,
    });
    const { data } = await ask(
      moved,
      `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
        ... on Error { code message } } }`,
      { input: { customer: main.ids.customer, idempotencyKey: main.ids.idempotencyKey } },
    );
    expect(data).toEqual({
      activateCustomer: {
        code: 'NOT_FOUND',
        message: 'The customer was not found in the billing API.',
      },
    });
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

describe('orders', () => {
  const order = `mutation ($input: OrderCustomerInput!) { orderCustomer(input: $input) {
    __typename ... on Error { code message } ... on OrderCustomerSuccess { auditEntry { id } customer {
      id reseller { customerDomain } } } } }`;
  const address = {
    ...{ contactName: 'B', organizationName: 'B', addressLine1: 'Main street 1' },
    ...{ locality: 'London', postalCode: 'EC1A 1AA', countryCode: 'GB' },
  };
  const input = (customerDomain: string) => ({
    ...{ customerDomain, alternateEmail: 'b@backup.example', postalAddress: address },
  });

  test('of a customer need the owner, or a visible billing customer', async () => {
    const { ask, second, sandbox } = await startTenants();
    const free = sandbox.store.billing.customersOf(secondResellerId)[3];
    const billing = { resellerId: secondResellerId, customerId: free?.id };
    const refused = await ask(second.token, order, { input: input('new.example') });
    expect(refused.data?.['orderCustomer']).toMatchObject({ code: 'FORBIDDEN' });
    const { data } = await ask(second.token, order, {
      input: { ...input('new.example'), billing },
    });
    const { auditEntry, customer } = Object(data?.['orderCustomer']);
    expect(customer.reseller).toEqual({ customerDomain: 'new.example' });
    const entry = `query ($id: ID!) { auditEntry(by: { id: $id }) { mutation } }`;
    expect((await ask(second.token, entry, { id: auditEntry.id })).data).toEqual({
      auditEntry: { mutation: 'orderCustomer' },
    });
  });

  test('do not reveal a domain of another tenant', async () => {
    const { ask, main, second, sandbox } = await startTenants();
    const free = sandbox.store.billing.customersOf(secondResellerId)[3];
    const billing = { resellerId: secondResellerId, customerId: free?.id };
    const { data } = await ask(second.token, order, {
      input: { ...input(main.ids.domain), billing, idempotencyKey: randomUUID() },
    });
    expect(data?.['orderCustomer']).toMatchObject({ code: 'NOT_FOUND' });
    expect(sandbox.calls.count('customers.insert')).toBe(0);
  });

  test('of subscriptions are for the customers of the tenant, transfers for the owner', async () => {
    const { ask, second, sandbox } = await startTenants();
    const item = { skuId: '1010470001', planName: 'FLEXIBLE', seats: 3 };
    const bought = await ask(
      second.token,
      `mutation ($input: OrderSubscriptionInput!) { orderSubscription(input: $input) {
        __typename ... on Error { message } } }`,
      { input: { customer: second.ids.customer, action: 'BUY', ...item } },
    );
    expect(bought.data).toEqual({
      orderSubscription: { __typename: 'OrderSubscriptionSuccess' },
    });
    const transferred = await ask(
      second.token,
      `mutation ($input: TransferSubscriptionsInput!) { transferSubscriptions(input: $input) {
        ... on Error { code } } }`,
      { input: { customer: second.ids.customer, customerAuthToken: 't', subscriptions: [item] } },
    );
    expect(transferred.data).toEqual({ transferSubscriptions: { code: 'FORBIDDEN' } });
    const listed = await ask(
      second.token,
      `query ($customer: ID!) { subscriptions(customer: $customer, customerAuthToken: "t") {
        nodes { id } } }`,
      { customer: second.ids.customer },
    );
    expect(listed.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(sandbox.calls.count('subscriptions.insert')).toBe(1);
  });
});
