import type { z } from 'zod';
import { conflict, forbidden, notFound } from './errors.ts';
import type { CustomerRecord, SubscriptionRecord } from './records.ts';
import type { ResellerStore } from './store.ts';

/** One call of a method, matched and checked, before its body is read. */
export interface RawCall {
  readonly methodId: string;
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: string;
  /** All calls of the same batch, this one included: some rules look at the whole batch. */
  readonly batch: readonly RawCall[];
}

/** What a handler gets. */
export interface MethodCall<B> extends RawCall {
  readonly store: ResellerStore;
  readonly input: B;
}

/** One method of the API. */
export interface Method {
  readonly id: string;
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments below `apps/reseller/v1/`; one that begins with a colon is a parameter. */
  readonly path: readonly string[];
  readonly query: readonly string[];
  /** The answer's schema, for `fields`; undefined: 204 without a body. */
  readonly answer: z.ZodObject | undefined;
  readonly run: (call: RawCall, store: ResellerStore) => object | undefined;
}

/** A query parameter; an empty one counts as missing. */
export function queryText(call: RawCall, name: string): string | undefined {
  return call.query.get(name) || undefined;
}

export function pathText(call: RawCall, name: string): string {
  const value = call.params.get(name);
  if (value === undefined) throw new Error(`the path of ${call.methodId} has no ${name}`);
  return value;
}

/** By id or by primary domain. A domain stops working when the customer renames it. */
export function findCustomer(store: ResellerStore, idOrDomain: string): CustomerRecord | undefined {
  const byId = store.customer(idOrDomain);
  if (byId !== undefined) return byId;
  const [first, ...others] = store.customersAt(idOrDomain);
  if (others.length > 0) throw conflict('Multiple teams exist on this domain');
  return first;
}

export function requireCustomer(store: ResellerStore, idOrDomain: string): CustomerRecord {
  const customer = findCustomer(store, idOrDomain);
  if (customer === undefined) throw notFound(`Customer not found: ${idOrDomain}`);
  return customer;
}

/** A customer that this reseller manages; 403 for somebody else's. */
export function requireOurs(store: ResellerStore, idOrDomain: string): CustomerRecord {
  const customer = requireCustomer(store, idOrDomain);
  if (customer.managedBy !== 'us') throw forbidden('Not authorized to manage this customer');
  return customer;
}

/** The subscription that the path names. */
export function requireSubscription(call: MethodCall<unknown>): SubscriptionRecord {
  const customer = requireOurs(call.store, pathText(call, 'customerId'));
  const id = pathText(call, 'subscriptionId');
  const found = customer.subscriptions.find(({ subscriptionId }) => subscriptionId === id);
  if (found === undefined) throw notFound(`Subscription not found: ${id}`);
  return found;
}

/** Whether the token that the customer made for us is good now. */
export function isTokenGood(customer: CustomerRecord, token: string, now: number): boolean {
  const { transferToken } = customer;
  return transferToken?.value === token && now < transferToken.expiresAt;
}

/** The calls of the same method and customer in the same batch, this one included. */
export function siblings(call: RawCall, customer: CustomerRecord): readonly RawCall[] {
  const names = [customer.customerId.toLowerCase(), customer.customerDomain];
  return call.batch.filter(
    (other) =>
      other.methodId === call.methodId &&
      names.includes(pathText(other, 'customerId').toLowerCase()),
  );
}
