import { expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { connectSocket, subscribe } from '../support/websocket.ts';
import { ask, asOf, startFilled, untilSwept } from './portfolio.support.ts';

interface Row {
  readonly skuId: string;
  readonly status: string;
  readonly seats: number | null;
  readonly licensedSeats: number | null;
  readonly gone: boolean;
  readonly organizationName: string | null;
}

interface Changed {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly source: string;
  readonly auditEntry: { readonly mutation: string } | null;
}

const row = 'skuId status seats licensedSeats gone organizationName';

/** The rows of one customer, gone or not. */
async function rowsOf(url: string, customerId: string): Promise<readonly Row[]> {
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const { subscriptions } = await ask<{ subscriptions: { nodes: Row[] } }>(
    url,
    `subscriptions(filter: { customer: "${customer}",
      any: [{ gone: true }, { gone: false }] }) { nodes { ${row} } }`,
  );
  return subscriptions.nodes;
}

async function historyOf(url: string, customerId: string, skuId: string) {
  const id = encodeGlobalId('ResellerSubscription', customerId, skuId);
  const { data } = await request<{ subscription: { history: { nodes: Changed[] } } }, object>(
    url,
    `query ($id: ID!) { subscription(by: { id: $id }) { history { nodes {
      field before after source auditEntry { mutation } } } } }`,
    { id },
  );
  return data?.subscription.history.nodes ?? [];
}

/** A subscription of the sandbox that a mutation can change. */
function annual({ sandbox }: TestGateway) {
  const linked = new Set(sandbox.links.map(({ resellerCustomerId }) => resellerCustomerId));
  for (const customer of sandbox.store.reseller.customers()) {
    const [subscription, ...others] = customer.subscriptions;
    if (customer.managedBy !== 'us' || !subscription || others.length > 0) continue;
    const { planName, suspensions, skuId } = subscription;
    const isPlain = planName === 'ANNUAL_MONTHLY_PAY' && suspensions.length === 0;
    if (!linked.has(customer.customerId) || !isPlain) continue;
    return { customer, subscription, customerId: customer.customerId, skuId };
  }
  throw new Error('the seed has no annual subscription');
}

async function mutate(url: string, name: string, input: object): Promise<void> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const { data, errors } = await request<
    Record<string, { __typename: string; message?: string }>,
    object
  >(
    url,
    `mutation ($input: ${type}Input!) { ${name}(input: $input) {
      __typename ... on Error { message } } }`,
    { input },
  );
  expect({ errors, ...data?.[name] }).toEqual({ __typename: `${type}Success` });
}

test('shows the effect of a mutation as soon as it has returned', async () => {
  const gateway = await startFilled();
  const { url } = gateway;
  const { customerId, skuId, subscription } = annual(gateway);
  const id = encodeGlobalId('ResellerSubscription', customerId, skuId);
  const seats = (subscription.seats.numberOfSeats ?? 0) + 5;
  await mutate(url, 'changeSubscriptionSeats', { subscription: id, seats });
  expect((await rowsOf(url, customerId))[0]).toMatchObject({ seats, gone: false });
  await mutate(url, 'suspendSubscription', { subscription: id });
  expect((await rowsOf(url, customerId))[0]).toMatchObject({ status: 'SUSPENDED' });
  const history = await historyOf(url, customerId, skuId);
  expect(history).toContainEqual({
    ...{ field: 'status', before: 'ACTIVE', after: 'SUSPENDED', source: 'MUTATION' },
    auditEntry: { mutation: 'suspendSubscription' },
  });
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const postalAddress = { organizationName: 'Renamed', countryCode: 'DE', postalCode: '10115' };
  await mutate(url, 'updateCustomer', { customer, postalAddress });
  expect((await rowsOf(url, customerId))[0]).toMatchObject({ organizationName: 'Renamed' });
});

test('shows a new subscription, and one that has ended', async () => {
  const gateway = await startFilled();
  const { url } = gateway;
  const { customerId } = annual(gateway);
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const order = { skuId: '1010470001', planName: 'FLEXIBLE', seats: 3, action: 'BUY' };
  await mutate(url, 'orderSubscription', { customer, ...order });
  const added = (await rowsOf(url, customerId)).find((one) => one.skuId === order.skuId);
  expect(added).toMatchObject({ seats: 3, gone: false });
  const subscription = encodeGlobalId('ResellerSubscription', customerId, order.skuId);
  await mutate(url, 'cancelSubscription', { subscription });
  const ended = (await rowsOf(url, customerId)).find((one) => one.skuId === order.skuId);
  expect(ended).toMatchObject({ gone: true });
});

test('joins and separates customers with their links', async () => {
  const gateway = await startFilled();
  const { url, sandbox } = gateway;
  const { customerId } = annual(gateway);
  const link = sandbox.links.find(({ resellerCustomerId }) => resellerCustomerId === customerId);
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const linked = async () => {
    const { data } = await request<{ customer: { portfolio: object } }, object>(
      url,
      `query ($id: ID!) { customer(by: { id: $id }) { portfolio {
        linked billingCustomerId resellerCustomerId subscriptionCount } } }`,
      { id: customer },
    );
    return data?.customer.portfolio;
  };
  const both = { billingCustomerId: link?.billing.customerId, resellerCustomerId: customerId };
  expect(await linked()).toEqual({ linked: true, ...both, subscriptionCount: 1 });
  await mutate(url, 'unlinkCustomer', { customer });
  expect(await linked()).toEqual({
    ...{ linked: false, ...both, billingCustomerId: null, subscriptionCount: 1 },
  });
});

test('shows the account of a customer after its operation, and what changed it', async () => {
  const gateway = await startFilled();
  const { url, sandbox } = gateway;
  const { customerId, skuId } = annual(gateway);
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const key = sandbox.links.find((link) => link.resellerCustomerId === customerId)?.billing;
  const record = sandbox.store.billing.customer(key?.customerId ?? '');
  const isActive = () => sandbox.store.billing.account(record?.billingAccountId ?? '')?.active;
  const shown = async () => {
    const { customers } = await ask<{ customers: { nodes: { accountActive: boolean }[] } }>(
      url,
      `customers(filter: { customer: "${customer}" }) { nodes { accountActive } }`,
    );
    return customers.nodes[0]?.accountActive;
  };
  const before = isActive();
  expect(await shown()).toBe(before);
  const [mutation, confirmed] = before
    ? (['suspendCustomer', { confirm: true }] as const)
    : (['activateCustomer', {}] as const);
  await mutate(url, mutation, { customer, ...confirmed });
  await expect.poll(shown, { interval: 20, timeout: 5_000 }).toBe(!before);
  expect(await historyOf(url, customerId, skuId)).toContainEqual({
    ...{ field: 'accountActive', before: String(before), after: String(!before) },
    ...{ source: 'MUTATION', auditEntry: { mutation } },
  });
});

test('reads the subscription of a notification within two seconds', async () => {
  const gateway = await startFilled({ notified: true });
  const { url, sandbox } = gateway;
  const { customerId, subscription } = annual(gateway);
  const before = (await rowsOf(url, customerId))[0]?.licensedSeats ?? 0;
  sandbox.store.reseller.watchers.add('watcher@gateway.example');
  sandbox.store.reseller.assignLicence(subscription, -1);
  await expect
    .poll(async () => (await rowsOf(url, customerId))[0]?.licensedSeats, {
      ...{ interval: 20, timeout: 2_000 },
    })
    .toBe(before - 1);
});

test('finds a change without a notification with the next sweep', async () => {
  const gateway = await startFilled({ env: { PORTFOLIO_SWEEP_INTERVAL_MS: '1000' } });
  const { url } = gateway;
  const { customerId, skuId, subscription } = annual(gateway);
  subscription.suspensions = ['OTHER'];
  await untilSwept(url, new Date().toISOString());
  expect((await rowsOf(url, customerId))[0]).toMatchObject({ skuId, status: 'SUSPENDED' });
  const [change] = (await historyOf(url, customerId, skuId)).filter(
    ({ source }) => source === 'SWEEP',
  );
  expect(change?.auditEntry).toBeNull();
});

test('an ordinary read refreshes the row', async () => {
  const gateway = await startFilled();
  const { url } = gateway;
  const { customerId, skuId, subscription } = annual(gateway);
  subscription.suspensions = ['OTHER'];
  expect((await rowsOf(url, customerId))[0]).toMatchObject({ status: 'ACTIVE' });
  await historyOf(url, customerId, skuId);
  await expect
    .poll(async () => (await rowsOf(url, customerId))[0]?.status, { interval: 20, timeout: 5_000 })
    .toBe('SUSPENDED');
  const [change] = await historyOf(url, customerId, skuId);
  expect(change).toMatchObject({ field: 'suspensionReasons', after: 'OTHER', source: 'READ' });
});

test('streams changes, and resumes after any of them', async () => {
  const gateway = await startFilled();
  const { url } = gateway;
  const { customerId, skuId, subscription } = annual(gateway);
  const id = encodeGlobalId('ResellerSubscription', customerId, skuId);
  const document = `subscription ($after: String, $filter: PortfolioSubscriptionFilter) {
    portfolioChanged(after: $after, filter: $filter) {
      field after cursor subscription { skuId customer { id } } } }`;
  interface Event {
    portfolioChanged: { field: string; after: string; cursor: string };
  }
  const client = connectSocket(url);
  const filter = { status: ['SUSPENDED', 'ACTIVE'] };
  const events = subscribe<Event, Record<string, unknown>>(client, document, { filter });
  const first = events.next();
  // The subscription starts with what follows it.
  await ask(url, 'asOf');
  const seats = (subscription.seats.numberOfSeats ?? 0) + 1;
  await new Promise((resolve) => setTimeout(resolve, 200));
  await mutate(url, 'changeSubscriptionSeats', { subscription: id, seats });
  await mutate(url, 'suspendSubscription', { subscription: id });
  const { value } = await first;
  expect(value?.data?.portfolioChanged).toMatchObject({ field: 'seats', after: String(seats) });
  const after = value?.data?.portfolioChanged.cursor;
  const resumed = subscribe<Event, Record<string, unknown>>(client, document, { after });
  const fields: string[] = [];
  while (!fields.includes('suspensionReasons')) {
    const { value: next } = await resumed.next();
    fields.push(next?.data?.portfolioChanged.field ?? 'none');
  }
  expect(fields).toEqual(['freeSeats', 'status', 'suspensionReasons']);
});

test('does nothing when it is turned off', async () => {
  const { url, sandbox } = await startTestGateway();
  const status = await ask<{ asOf: null; status: { phase: string } }>(url, 'asOf status { phase }');
  expect(status).toEqual({ asOf: null, status: { phase: 'OFF' } });
  expect(await asOf(url)).toBeNull();
  expect(sandbox.calls.count('subscriptions.list')).toBe(0);
});
