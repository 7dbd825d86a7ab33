import { expect } from 'vitest';
import type { BillingCustomerKey } from '../../src/domain/customer.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import {
  type BillingCustomerKey as BillingCustomerInput,
  type CustomerBy,
  LinkCustomerDocument,
  type ResellerCustomerKey,
  UnlinkCustomerDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';

/** A customer of billing and one of the reseller API that nobody has linked. */
export interface Pair {
  readonly billing: BillingCustomerKey;
  readonly resellerCustomerId: string;
  readonly domain: string;
  /** The global ids that the two have while they are two. */
  readonly ids: { readonly billing: string; readonly reseller: string };
}

/** The nth such pair of a seed whose customers are not all linked. */
export function unlinkedPair({ store, links, resellerId }: Sandbox, n = 0): Pair {
  const linked = new Set(
    links.flatMap(({ billing, resellerCustomerId }) => [billing.customerId, resellerCustomerId]),
  );
  const billing = store.billing.customersOf(resellerId).filter(({ id }) => !linked.has(id))[n];
  const reseller = [...store.reseller.customers()].filter(
    ({ customerId, managedBy, customerType, subscriptions }) =>
      !linked.has(customerId) &&
      managedBy === 'us' &&
      customerType === 'domain' &&
      subscriptions.length > 0,
  )[n];
  if (!billing || !reseller) throw new Error('the seed has too few customers who are not linked');
  const { customerId, customerDomain: domain } = reseller;
  return {
    billing: { resellerId, customerId: billing.id },
    resellerCustomerId: customerId,
    domain,
    ids: {
      billing: encodeGlobalId('Customer', 'b', resellerId, billing.id),
      reseller: encodeGlobalId('Customer', 'r', customerId),
    },
  };
}

export interface SeenCustomer {
  readonly id: string;
  readonly billing: { readonly customerId: string } | null;
  readonly reseller: { readonly customerId: string } | null;
}

const fields = 'id billing { customerId } reseller { customerId }';

/** One customer with both of its halves; null when nobody knows it. */
export async function customerBy(url: string, by: CustomerBy): Promise<SeenCustomer | null> {
  const { data, errors } = await request<{ customer: SeenCustomer | null }, { by: CustomerBy }>(
    url,
    `query ($by: CustomerBy!) { customer(by: $by) { ${fields} } }`,
    { by },
  );
  expect(errors).toBeUndefined();
  return data?.customer ?? null;
}

/** Both halves of a pair, as they stand when it is linked. */
export function linkedAs({ billing, resellerCustomerId, ids }: Pair): SeenCustomer {
  return {
    id: ids.billing,
    billing: { customerId: billing.customerId },
    reseller: { customerId: resellerCustomerId },
  };
}

/** Each half for itself. */
export function partedAs({ billing, resellerCustomerId, ids }: Pair): readonly SeenCustomer[] {
  return [
    { id: ids.billing, billing: { customerId: billing.customerId }, reseller: null },
    { id: ids.reseller, billing: null, reseller: { customerId: resellerCustomerId } },
  ];
}

/** What the two sides of a pair show, billing first. */
export function bothSides(
  url: string,
  { billing, resellerCustomerId }: Pair,
): Promise<readonly (SeenCustomer | null)[]> {
  return Promise.all([customerBy(url, { billing }), customerBy(url, { resellerCustomerId })]);
}

/** The result of linkCustomer. */
export async function link(
  url: string,
  billing: BillingCustomerInput,
  resellerCustomer: ResellerCustomerKey,
) {
  const { data, errors } = await request(url, LinkCustomerDocument, { billing, resellerCustomer });
  expect(errors).toBeUndefined();
  return data?.linkCustomer;
}

/** Links the two of a pair. */
export async function linkPair(url: string, pair: Pair): Promise<void> {
  const result = await link(url, pair.billing, { id: pair.resellerCustomerId });
  expect(result).toHaveProperty('customer.id', pair.ids.billing);
}

/** The result of unlinkCustomer. */
export async function unlink(url: string, customer: string) {
  const { data, errors } = await request(url, UnlinkCustomerDocument, { customer });
  expect(errors).toBeUndefined();
  return data?.unlinkCustomer;
}

/** Only the customers with telling names are linked. */
export const seed = { customers: 10, linkedShare: 0 };

/** A gateway, and two pairs of customers that are not linked. */
export async function scene(options: TestGatewayOptions = {}) {
  const { operations, ...others } = options.sandbox ?? {};
  const gateway = await startTestGateway({
    env: { OPERATION_POLL_INTERVAL_MS: '10', ...options.env },
    sandbox: { seed, operations: { minMs: 20, maxMs: 20, ...operations }, ...others },
  });
  const { sandbox } = gateway;
  return { ...gateway, one: unlinkedPair(sandbox, 0), other: unlinkedPair(sandbox, 1) };
}

/** The answer to who wants one side of a linked pair for somebody else. */
export function conflictAt(side: 'billing' | 'reseller', pair: Pair) {
  const billing = `billing customer ${pair.billing.customerId}`;
  const reseller = `reseller customer ${pair.resellerCustomerId}`;
  const [one, other] = side === 'billing' ? [billing, reseller] : [reseller, billing];
  const message = `The ${one} is linked to the ${other}: unlink it first.`;
  return { __typename: 'ConflictError', code: 'CONFLICT', message };
}

/** A mutation that makes a customer of billing. */
interface Creation {
  readonly mutation: string;
  /** The upstream call. */
  readonly sentAs: string;
  readonly input: object;
}

const person = { name: 'Ada Byron' };
export const creations: readonly Creation[] = [
  {
    mutation: 'inviteCustomer',
    sentAs: 'CustomerService.Invite',
    input: { name: 'Byron Engines', person, invitationEmail: 'ada@byron.example' },
  },
  {
    mutation: 'createResellerServedCustomer',
    sentAs: 'CustomerService.CreateResellerServed',
    input: { name: 'Byron Engines', person },
  },
];

interface Started {
  readonly __typename: string;
  readonly operation?: { readonly id: string; readonly status: string };
  readonly code?: string;
  readonly message?: string;
}

/** Begins to make a customer. */
export async function create(
  url: string,
  { mutation, input: usual }: Creation,
  input: object,
): Promise<Started | undefined> {
  const name = mutation.replace(/^./, (letter) => letter.toUpperCase());
  const { data, errors } = await request<{ started: Started }, object>(
    url,
    `mutation ($input: ${name}Input!) { started: ${mutation}(input: $input) {
      __typename
      ... on ${name}Success { operation { id status } }
      ... on Error { code message }
    } }`,
    { input: { ...usual, ...input } },
  );
  expect(errors).toBeUndefined();
  return data?.started;
}

interface State {
  readonly status: string;
  readonly customer: SeenCustomer;
}

/** The states of an operation, each with its customer as it was when the state was told. */
export function watch(url: string, id: string | undefined) {
  return subscribe<{ operationUpdated: State }, { id: string | undefined }>(
    connectSocket(url),
    `subscription ($id: ID!) { operationUpdated(id: $id) { status customer { ${fields} } } }`,
    { id },
  );
}

export async function lastState(url: string, id: string | undefined): Promise<State | undefined> {
  return (await collect(watch(url, id))).at(-1)?.data?.operationUpdated;
}
