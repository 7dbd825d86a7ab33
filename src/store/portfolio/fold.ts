import { billingKeyString, isManagedElsewhere } from '../../domain/customer.ts';
import type { Observation, Observed } from '../../domain/portfolio.ts';
import { type Batch, keyOf, type StoredSubscription } from './batch.ts';
import {
  type BillingRow,
  type ProductOf,
  type ResellerRow,
  rowOfSubscription,
  type SubscriptionRow,
  subscriptionRowId,
} from './rows.ts';

/** The rows of a batch, with observations added. */
export interface Folded {
  readonly subscriptions: Map<string, SubscriptionRow>;
  readonly billing: Map<string, BillingRow>;
  readonly reseller: Map<string, ResellerRow>;
  /** The observation that last changed a subscription, by the row's id. */
  readonly causes: Map<string, Observation>;
}

/** Adds observations to the rows of a batch. One that is older than the row changes nothing. */
export function fold(
  batch: Batch,
  observations: readonly Observation[],
  productOf: ProductOf,
): Folded {
  const folded: Folded = {
    subscriptions: new Map([...batch.subscriptions].map(([id, row]) => [id, rowOf(row)] as const)),
    billing: new Map(batch.billing),
    reseller: new Map(batch.reseller),
    causes: new Map(),
  };
  for (const observation of observations) foldOne(folded, observation, productOf);
  return folded;
}

function rowOf({ number: _, search: _text, ...row }: StoredSubscription): SubscriptionRow {
  return row;
}

function foldOne(folded: Folded, observation: Observation, productOf: ProductOf): void {
  const { observed, at } = observation;
  switch (observed.type) {
    case 'subscription':
      foldSubscription(folded, observation, observed, productOf);
      break;
    case 'subscription-gone': {
      const id = subscriptionRowId(observed.customerId, observed.skuId);
      const old = folded.subscriptions.get(id);
      if (!old || at < old.observed_at) return;
      folded.subscriptions.set(id, { ...old, gone: 1, observed_at: at });
      folded.causes.set(id, observation);
      break;
    }
    case 'reseller-customer':
      foldResellerCustomer(folded, observed, at);
      break;
    case 'reseller-customer-gone': {
      const old = folded.reseller.get(observed.customerId);
      if (!old || at < old.observed_at) return;
      folded.reseller.set(observed.customerId, { ...old, gone: 1, observed_at: at });
      break;
    }
    case 'account':
      foldAccount(folded, observed, at);
      break;
    default:
      foldBillingCustomer(folded, observed, at);
  }
}

type Of<Type extends Observed['type']> = Extract<Observed, { readonly type: Type }>;

function foldSubscription(
  folded: Folded,
  observation: Observation,
  { subscription, isOwner }: Of<'subscription'>,
  productOf: ProductOf,
): void {
  const { at } = observation;
  const row = rowOfSubscription(subscription, at, productOf);
  if (!folded.reseller.has(row.customer_id)) {
    folded.reseller.set(row.customer_id, {
      ...NEW_RESELLER,
      customer_id: row.customer_id,
      customer_domain: row.customer_domain,
      observed_at: at,
    });
  }
  const old = folded.subscriptions.get(row.id);
  if (old && (at < old.observed_at || (!isOwner && isOlderSibling(row, old)))) return;
  const { linked, account_active, country_code } = old ?? row;
  const { organization_name, organization_key, account_name } = old ?? row;
  folded.subscriptions.set(row.id, {
    ...row,
    ...{ linked, account_active, country_code, organization_name, organization_key, account_name },
    // A list has what exists. An individual read also returns what has ended.
    gone: isOwner && hasEnded(row) ? 1 : 0,
  });
  folded.causes.set(row.id, observation);
}

/** Whether the row's SKU belongs to another subscription that is newer or has not ended. */
function isOlderSibling(row: SubscriptionRow, old: SubscriptionRow): boolean {
  if (old.gone === 1 || old.subscription_id === row.subscription_id) return false;
  if (hasEnded(row) !== hasEnded(old)) return hasEnded(row);
  return (row.created_at ?? 0) < (old.created_at ?? 0);
}

function hasEnded({ status }: SubscriptionRow): boolean {
  return status === 'CANCELLED';
}

const NEW_RESELLER = {
  customer_domain: null,
  organization_name: null,
  country_code: null,
  admin_email: null,
  details_at: 0,
  gone: 0,
} as const satisfies Partial<ResellerRow>;

function foldResellerCustomer(
  folded: Folded,
  { customer }: Of<'reseller-customer'>,
  at: number,
): void {
  const { customerId, customerDomain, postalAddress, primaryAdmin, alternateEmail } = customer;
  const old = folded.reseller.get(customerId);
  const isGone = isManagedElsewhere(customer);
  // A customer of another reseller that a client looked up is not in the portfolio.
  if ((isGone && !old) || (old && at < old.details_at)) return;
  const details = isGone && old ? old : null;
  folded.reseller.set(customerId, {
    customer_id: customerId,
    customer_domain: customerDomain ?? old?.customer_domain ?? null,
    organization_name: details?.organization_name ?? postalAddress?.organizationName ?? null,
    country_code: details?.country_code ?? postalAddress?.countryCode ?? null,
    admin_email: details?.admin_email ?? primaryAdmin?.primaryEmail ?? alternateEmail,
    observed_at: Math.max(at, old?.observed_at ?? 0),
    details_at: at,
    gone: isGone ? 1 : 0,
  });
}

function foldBillingCustomer(
  folded: Folded,
  observed: Of<'billing-customer'> | Of<'billing-customer-gone'>,
  at: number,
): void {
  const { resellerId, customerId } = observed.key;
  const key = billingKeyString(observed.key);
  const old = folded.billing.get(key);
  if (old && at < old.observed_at) return;
  if (observed.type === 'billing-customer-gone') {
    if (old) folded.billing.set(key, { ...old, gone: 1, observed_at: at });
    return;
  }
  // An operation may name the customer without its account.
  const accountId = observed.accountId || old?.account_id || '';
  const known = old?.account_id === accountId ? old : NEW_BILLING;
  folded.billing.set(key, {
    ...known,
    reseller_id: resellerId,
    customer_id: customerId,
    account_id: accountId,
    observed_at: at,
    gone: 0,
  });
}

const NEW_BILLING = {
  account_name: null,
  account_active: null,
  currency: null,
  country_code: null,
  details_at: 0,
} as const satisfies Partial<BillingRow>;

function foldAccount(folded: Folded, observed: Of<'account'>, at: number): void {
  for (const row of [...folded.billing.values()]) {
    if (row.account_id !== observed.accountId || at < row.details_at) continue;
    folded.billing.set(billingKeyString(keyOf(row)), {
      ...row,
      account_name: observed.name,
      account_active: observed.active ? 1 : 0,
      currency: observed.currency,
      country_code: observed.countryCode,
      details_at: at,
    });
  }
}
