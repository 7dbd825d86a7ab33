import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { PUSH_PATH } from '../../src/server/routes.ts';
import {
  audience,
  issuer,
  serviceAccount,
  startIssuer,
  tokenOf,
} from '../server/push-issuer.support.ts';
import { json, send } from '../server/send.support.ts';
import { startTestGateway } from '../support/gateway.ts';
import type { GraphQLResult } from '../support/request.ts';

/** Everything by which a client can name the objects of one tenant. */
export interface Ids {
  readonly resellerId: string;
  /** The reseller in the key of a billing customer, which may be forged. */
  readonly keyResellerId: string;
  readonly billingCustomerId: string;
  readonly resellerCustomerId: string;
  readonly domain: string;
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly operationId: string;
  readonly idempotencyKey: string;
  readonly viewer: string;
  readonly messageId: string;
  /** Global ids. */
  readonly customer: string;
  readonly subscription: string;
  readonly operation: string;
  readonly auditEntry: string;
  readonly notification: string;
  readonly portfolioCustomer: string;
  readonly portfolioSubscription: string;
  readonly portfolioChange: string;
}

export interface Tenant {
  readonly ids: Ids;
  readonly token: string;
  /** Strings that only answers about the tenant's objects contain. */
  readonly secrets: readonly string[];
}

/** Runs a document as the holder of a token. */
export type Ask = (
  token: string,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
) => Promise<GraphQLResult<Record<string, unknown>>>;

/** Equal for all requests, so that their errors can be compared. */
const REQUEST_ID = 'same';

export interface Access {
  readonly roles?: unknown;
  readonly resellers?: unknown;
}

/** A token of the issuer; the claims are nested, as identity providers send them. */
export function tokenFor(sub: string, access: Access): Promise<string> {
  return tokenOf({ sub, access });
}

/** A gateway with roles and tenants, whose unlinked customers belong to the main reseller. */
export async function startRestricted(env: Record<string, string> = {}) {
  const { trusted } = await startIssuer();
  const { url, sandbox } = await startTestGateway({
    sandbox: { operations: { minMs: 0, maxMs: 1 }, seed: { customers: 12 } },
    env: {
      ...{ AUTH: 'jwt', AUTH_JWKS_URL: trusted.jwksUrl, AUTH_ISSUER: issuer },
      ...{ AUTH_AUDIENCE: audience, NOTIFICATIONS_PUSH_AUDIENCE: audience },
      NOTIFICATIONS_PUSH_SERVICE_ACCOUNT: serviceAccount,
      NOTIFICATIONS_PUSH_JWKS_URL: trusted.jwksUrl,
      ...{ AUTH_CLAIM_ROLES: 'access.roles', AUTH_CLAIM_RESELLERS: 'access.resellers' },
      RESELLER_OWNER: 'dn2nordwindcloud0000',
      PORTFOLIO_RESELLERS: `dn2nordwindcloud0000,${secondResellerId}`,
      ...env,
    },
  });
  const ask: Ask = async (token, query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        'x-request-id': REQUEST_ID,
      },
      body: json({ query, variables }),
    });
    return (await response.json()) as GraphQLResult<Record<string, unknown>>;
  };
  async function push(data: object): Promise<string> {
    const messageId = `m-${randomUUID()}`;
    const message = { messageId, data: Buffer.from(json(data)).toString('base64') };
    const headers = { authorization: `Bearer ${await tokenOf()}` };
    const target = new URL(PUSH_PATH, url).href;
    expect((await send(target, { headers, body: json({ message }) })).status).toBe(204);
    return messageId;
  }
  return { url, sandbox, ask, push };
}

export type Restricted = Awaited<ReturnType<typeof startRestricted>>;

/** Two tenants with objects of every kind: `main` owns what is not linked, `second` does not. */
export async function startTenants(env: Record<string, string> = {}) {
  const gateway = await startRestricted({ PORTFOLIO: 'true', ...env });
  const { sandbox } = gateway;
  const both = { roles: ['admin'], resellers: [sandbox.resellerId, secondResellerId] };
  const root = await tokenFor('root', both);
  await linkSecond(gateway, root);
  await untilFilled(gateway, root);
  const main = await createTenant(gateway, 'ann-of-main', sandbox.resellerId);
  const second = await createTenant(gateway, 'bob-of-second', secondResellerId);
  return { ...gateway, main, second };
}

/** Waits until all customers are in the portfolio with their details. */
async function untilFilled({ ask, sandbox }: Restricted, token: string): Promise<void> {
  const missing = async () => {
    const { data } = await ask(
      token,
      `{ portfolio { asOf customers(first: 1000) { nodes {
        billingCustomerId accountName resellerCustomerId organizationName } } } }`,
    );
    const { asOf, customers } = Object(data?.['portfolio']);
    const nodes: Record<string, string | null>[] = asOf ? customers.nodes : [{}];
    return nodes.filter((node) => {
      const record = sandbox.store.reseller.customer(node['resellerCustomerId'] ?? '');
      const isNamed = node['organizationName'] || !record?.postalAddress?.organizationName;
      return !isNamed || (node['billingCustomerId'] !== null && !node['accountName']);
    }).length;
  };
  await expect.poll(missing, { interval: 5, timeout: 10_000 }).toBe(0);
}

/** Waits for the change that the notification of the tenant is about. */
async function changeOf({ ask }: Restricted, token: string, subscription: string): Promise<string> {
  const query = `query ($id: ID!) { node(id: $id) { ... on ResellerSubscription {
    history { nodes { id field } } } } }`;
  const latest = async (): Promise<string | null> => {
    const { data } = await ask(token, query, { id: subscription });
    const { nodes = [] } = Object(Object(data?.['node']).history);
    return Object(nodes[0]).id ?? null;
  };
  await expect.poll(latest, { interval: 5, timeout: 10_000 }).not.toBeNull();
  return (await latest()) ?? '';
}

/** The seed links customers of the main reseller only. */
async function linkSecond({ sandbox, ask }: Restricted, token: string): Promise<void> {
  const [billing] = sandbox.store.billing.customersOf(secondResellerId);
  const linked = new Set(sandbox.links.map(({ resellerCustomerId }) => resellerCustomerId));
  const free = [...sandbox.store.reseller.customers()].find(
    ({ customerId, subscriptions, managedBy }) =>
      managedBy === 'us' && subscriptions.length === 1 && !linked.has(customerId),
  );
  const { data } = await ask(
    token,
    `mutation ($input: LinkCustomerInput!) { linkCustomer(input: $input) { __typename } }`,
    {
      input: {
        billing: { resellerId: secondResellerId, customerId: billing?.id },
        resellerCustomer: { id: free?.customerId },
      },
    },
  );
  expect(data).toEqual({ linkCustomer: { __typename: 'LinkCustomerSuccess' } });
}

async function createTenant(gateway: Restricted, viewer: string, resellerId: string) {
  const { ask, push, sandbox } = gateway;
  const token = await tokenFor(viewer, { roles: ['admin'], resellers: [resellerId] });
  const named = await namedBySandbox(gateway, token, resellerId);
  const customer = encodeGlobalId('Customer', 'b', resellerId, named.billingCustomerId);
  const idempotencyKey = randomUUID();
  const started = await ask(
    token,
    `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
      ... on ActivateCustomerSuccess { operation { id operationId } auditEntry { id } } } }`,
    { input: { customer, idempotencyKey } },
  );
  const { operation, auditEntry } = Object(started.data?.['activateCustomer']);
  await invite(ask, token, viewer);
  // From now on, the tenant's objects stay as they are.
  const statuses = async () => (await ask(token, '{ operations { nodes { status } } }')).data;
  const status = 'SUCCEEDED';
  await expect
    .poll(statuses, { interval: 5, timeout: 10_000 })
    .toEqual({ operations: { nodes: [{ status }, { status }] } });
  const [changed] = sandbox.store.reseller.customer(named.resellerCustomerId)?.subscriptions ?? [];
  // Something to find in the history of the portfolio.
  if (changed) changed.seats = { ...changed.seats, licensedNumberOfSeats: 1 };
  const messageId = await push({
    customer_id: named.resellerCustomerId,
    customer_domain_name: named.domain,
    event_type: 'SUBSCRIPTION_SUSPENDED',
    sku_id: named.skuId,
    subscription_id: named.subscriptionId,
  });
  const subscription = encodeGlobalId(
    ...(['ResellerSubscription', named.resellerCustomerId, named.skuId] as const),
  );
  const ids: Ids = {
    ...{ ...named, customer, idempotencyKey, viewer, messageId, operation: operation.id },
    ...{ operationId: operation.operationId, auditEntry: auditEntry.id },
    subscription,
    notification: encodeGlobalId('Notification', messageId),
    portfolioCustomer: encodeGlobalId(
      ...(['PortfolioCustomer', 'b', resellerId, named.billingCustomerId] as const),
    ),
    portfolioSubscription: encodeGlobalId(
      ...(['PortfolioSubscription', named.resellerCustomerId, named.skuId] as const),
    ),
    portfolioChange: await changeOf(gateway, token, subscription),
  };
  return { ids, token, secrets: secretsOf(ids, sandbox) } satisfies Tenant;
}

/** An operation whose customer does not exist yet, with the tenant's name in it. */
async function invite(ask: Ask, token: string, viewer: string): Promise<void> {
  const input = { name: `guest of ${viewer}`, person: {}, invitationEmail: 'g@guest.example' };
  const { data } = await ask(
    token,
    `mutation ($input: InviteCustomerInput!) { inviteCustomer(input: $input) { __typename } }`,
    { input },
  );
  expect(data).toEqual({ inviteCustomer: { __typename: 'InviteCustomerSuccess' } });
}

/** The tenant's first linked customer, and what the backends know about it. */
async function namedBySandbox({ ask, sandbox }: Restricted, token: string, resellerId: string) {
  const { data } = await ask(
    token,
    `{ customers(first: 1000) { nodes { billing { customerId } reseller { customerId } } } }`,
  );
  const nodes: { billing: { customerId: string }; reseller: { customerId: string } | null }[] =
    Object(data?.['customers']).nodes;
  const linked = nodes.find(({ reseller }) => reseller !== null);
  const record = sandbox.store.reseller.customer(linked?.reseller?.customerId ?? '');
  const subscription = record?.subscriptions[0];
  if (!linked || !record || !subscription) throw new Error(`${resellerId} has no linked customer`);
  return {
    ...{ resellerId, keyResellerId: resellerId },
    billingCustomerId: linked.billing.customerId,
    resellerCustomerId: record.customerId,
    domain: record.customerDomain,
    subscriptionId: subscription.subscriptionId,
    skuId: subscription.skuId,
  };
}

/** Subscription and SKU ids are left out: those of the sandbox are the same for many customers. */
function secretsOf(
  { subscriptionId: _, skuId: __, ...ids }: Ids,
  { store, links, resellerId }: Sandbox,
): readonly string[] {
  const own = store.billing.customersOf(ids.resellerId);
  const accounts = own.flatMap(({ billingAccountId }) => {
    const account = store.billing.account(billingAccountId);
    return account ? [account.id, account.name] : [];
  });
  const customers = links.flatMap(({ resellerCustomerId }) => {
    const record = store.reseller.customer(resellerCustomerId);
    return record ? [record.customerId, record.customerDomain] : [];
  });
  return [
    ...Object.values(ids),
    ...[`guest of ${ids.viewer}`, ...own.map(({ id }) => id), ...accounts],
    ...(ids.resellerId === resellerId ? customers : []),
  ];
}
