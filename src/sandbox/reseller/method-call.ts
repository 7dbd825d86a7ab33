import type { z } from 'zod';
import { conflict, forbidden, notFound } from './errors.ts';
import type { CustomerRecord, SubscriptionRecord } from './records.ts';
import type { ResellerStore } from './store.ts';

/** One matched call, before its body is parsed. */
export interface RawCall {
  readonly methodId: string;
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: string;
  /** All calls of the same batch, including this one: some rules apply to the whole batch. */
  readonly batch: readonly RawCall[];
}

/** A call with its parsed body. */
export interface MethodCall<B> extends RawCall {
  readonly store: ResellerStore;
  readonly input: B;
}

/** One method of the API. */
export interface Method {
  readonly id: string;
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments after `apps/reseller/v1/`; a segment that starts with a colon is a parameter. */
  readonly path: readonly string[];
  readonly query: readonly string[];
  /** The schema of the response, for `fields`; undefined returns 204 without a body. */
  readonly response: z.ZodObject | undefined;
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

/** Finds a customer by id or by current primary domain. */
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

/** A customer that this reseller manages; throws 403 for other customers. */
export function requireManaged(store: ResellerStore, idOrDomain: string): CustomerRecord {
  const customer = requireCustomer(store, idOrDomain);
  if (customer.managedBy !== 'us') throw forbidden('Not authorized to manage this customer');
  return customer;
}

/** The subscription in the path; throws 404 when it is not found. */
export function requireSubscription(call: MethodCall<unknown>): SubscriptionRecord {
  const customer = requireManaged(call.store, pathText(call, 'customerId'));
  const id = pathText(call, 'subscriptionId');
  const found = customer.subscriptions.find(({ subscriptionId }) => subscriptionId === id);
  if (found === undefined) throw notFound(`Subscription not found: ${id}`);
  return found;
}

/** Throws 403 when the token is not the customer's current transfer token. */
export function requireTransferToken(customer: CustomerRecord, token: string, now: number): void {
  const { transferToken } = customer;
  if (transferToken?.value === token && now < transferToken.expiresAt) return;
  throw forbidden('The transfer token is invalid or has expired');
}

/** The calls of the same method and customer in the same batch, including this one. */
export function siblings(call: RawCall, customer: CustomerRecord): readonly RawCall[] {
  const names = [customer.customerId.toLowerCase(), customer.customerDomain];
  return call.batch.filter(
    (other) =>
      other.methodId === call.methodId &&
      names.includes(pathText(other, 'customerId').toLowerCase()),
  );
}
