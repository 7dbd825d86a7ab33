import { expect } from 'vitest';
import type { TestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

export interface Change {
  readonly objectType: string;
  readonly objectId: string | null;
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly summary: string;
}

export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

/** A member of a mutation's result union; which fields are there depends on its type. */
export interface Result {
  readonly __typename: string;
  readonly summary?: string;
  readonly changes?: readonly Change[];
  readonly warnings?: readonly Warning[];
  readonly code?: string;
  readonly message?: string;
  readonly fields?: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/** Sends a mutation, and returns the member of its union. */
export async function send(url: string, mutation: string, input: object): Promise<Result> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await request<{ result: Result }, object>(
    url,
    `mutation ($input: ${type}!) { result: ${mutation}(input: $input) {
      __typename
      ... on DryRun {
        summary
        changes { objectType objectId path before after summary }
        warnings { code message path }
      }
      ... on Error { code message }
      ... on ValidationError { fields { path message } } } }`,
    { input },
  );
  expect(errors, `${mutation} ${JSON.stringify(input)}`).toBeUndefined();
  if (!data) throw new Error(`${mutation} returned nothing`);
  return data.result;
}

export function dryRun(url: string, mutation: string, input: object): Promise<Result> {
  return send(url, mutation, { ...input, dryRun: true });
}

/** The global ids of a customer of the seed and of its subscriptions. */
export interface Holder {
  readonly customer: string;
  readonly subscriptions: readonly string[];
}

export async function holderAt(url: string, domain: string): Promise<Holder> {
  const { data } = await request<{ customer: HeldCustomer | null }, object>(
    url,
    `query ($domain: String!) { customer(by: { domain: $domain }) {
      id subscriptions { nodes { id } } } }`,
    { domain },
  );
  if (!data?.customer) throw new Error(`the seed has no customer ${domain}`);
  const { id, subscriptions } = data.customer;
  return { customer: id, subscriptions: (subscriptions?.nodes ?? []).map((node) => node.id) };
}

interface HeldCustomer {
  readonly id: string;
  readonly subscriptions: { readonly nodes: readonly { readonly id: string }[] } | null;
}

/** Methods of both vendors that change nothing. */
const reads = new Set([
  ...['customers.get', 'subscriptions.get', 'subscriptions.list', 'batch'],
  ...['resellernotify.getwatchdetails', 'CustomerService.List', 'OperationService.Get'],
  ...['BillingAccountService.Get', 'BillingAccountService.List'],
]);

/** The calls that a sandbox received and that change something. */
export function writeCalls({ sandbox }: TestGateway): readonly string[] {
  return sandbox.calls.recent.map(({ method }) => method).filter((method) => !reads.has(method));
}

const fields: Readonly<Record<string, string>> = {
  ResellerSubscription: `status suspensionReasons skuId purchaseOrderId plan { planName }
    seats { numberOfSeats maximumNumberOfSeats }
    trialSettings { isInTrial } renewalSettings { renewalType }`,
  Customer: `billing { resellerId customerId account { name active } }
    reseller { customerId customerDomain alternateEmail phoneNumber
      primaryAdmin { primaryEmail }
      postalAddress { contactName organizationName addressLine1 addressLine2 addressLine3
        locality region postalCode countryCode } }`,
  AuditEntry: 'outcome',
  Operation: 'status',
};

/** The values that objects have now, in the fields of planned changes. */
export async function valuesNow(url: string, changes: readonly Change[]): Promise<unknown[]> {
  return Promise.all(
    changes.map(async ({ objectId: id, objectType: type, path }) => {
      const { data, errors } = await request<{ node: unknown }, object>(
        url,
        `query ($id: ID!) { node(id: $id) { ... on ${type} { ${fields[type]} } } }`,
        { id },
      );
      expect(errors).toBeUndefined();
      // A subscription that has ended is no longer listed.
      const node = data?.node ?? { status: 'CANCELLED' };
      return path.reduce<unknown>((value, key) => Object(value)[key] ?? null, node);
    }),
  );
}
