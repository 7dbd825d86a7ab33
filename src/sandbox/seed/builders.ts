import type { Random } from '../random.ts';
import { commitmentFrom, dayMs } from '../reseller/lifecycle.ts';
import { type CustomerRecord, isAnnual, type SubscriptionRecord } from '../reseller/records.ts';
import { defaultRenewalType } from '../reseller/rules.ts';
import { findSku } from '../reseller/skus.ts';
import type { NewCustomer, NewSubscription, ResellerStore } from '../reseller/store.ts';
import { type Company, personName } from './names.ts';

/** The seeded data is relative to `now`. */
export interface SeedContext {
  readonly random: Random;
  readonly now: number;
  readonly store: ResellerStore;
}

/** A customer that exists in both APIs. */
export interface Link {
  readonly billing: { readonly resellerId: string; readonly customerId: string };
  readonly resellerCustomerId: string;
}

const cities = [
  { locality: 'Hamburg', region: 'HH', postalCode: '20095', countryCode: 'DE' },
  { locality: 'Bergen', region: 'Vestland', postalCode: '5003', countryCode: 'NO' },
  { locality: 'Uppsala', region: 'Uppsala', postalCode: '753 10', countryCode: 'SE' },
  { locality: 'Almaty', region: 'Almaty', postalCode: '050000', countryCode: 'KZ' },
] as const;

/** A managed customer with all fields set, overridden by `special`. */
export function addCustomer(
  { random, now, store }: SeedContext,
  { name, domain }: Company,
  special: Partial<NewCustomer> = {},
): CustomerRecord {
  const city = random.pick(cities);
  const number = random.int(1, 120);
  return store.addCustomer({
    customerDomain: domain,
    customerType: 'domain',
    alternateEmail: `it@${domain.replace('.example', '-backup.example')}`,
    postalAddress: {
      contactName: personName(random),
      organizationName: name,
      addressLine1: `Harbour Street ${number}`,
      ...city,
    },
    phoneNumber: `+49 40 ${random.int(1_000_000, 9_999_999)}`,
    primaryEmail: undefined,
    domainVerified: true,
    managedBy: 'us',
    termsAcceptedAt: now - random.int(30, 900) * dayMs,
    transferToken: undefined,
    ...special,
  });
}

/** The number of seats that most customers stay below. */
const usualSeats = 240;

function seatsFor(skuId: string, planName: string, random: Random): SubscriptionRecord['seats'] {
  const sku = findSku(skuId);
  const limit = planName === 'TRIAL' ? sku?.trial?.seats : sku?.maximumSeats;
  const bound = Math.min(limit ?? usualSeats, usualSeats);
  const seats = random.int(3, bound);
  const licensedNumberOfSeats = random.int(0, seats);
  return isAnnual(planName)
    ? { numberOfSeats: seats, maximumNumberOfSeats: undefined, licensedNumberOfSeats }
    : { numberOfSeats: undefined, maximumNumberOfSeats: seats, licensedNumberOfSeats };
}

/** A typical subscription of this SKU and plan, overridden by `special`. */
function subscriptionOf(
  { random, now }: SeedContext,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): NewSubscription {
  const daysIn = random.int(20, 350);
  const annual = isAnnual(planName);
  const trialDays = findSku(skuId)?.trial?.days ?? 30;
  const trialEnd = now + random.int(4, trialDays - 2) * dayMs;
  return {
    ...{ skuId, planName },
    billingMethod: 'ONLINE',
    creationTime: now - (daysIn + random.int(0, 2) * 365) * dayMs,
    commitment: annual ? commitmentFrom(now - daysIn * dayMs) : undefined,
    seats: seatsFor(skuId, planName, random),
    trial: planName === 'TRIAL' ? { endTime: trialEnd, running: true } : undefined,
    renewalType: annual ? defaultRenewalType(planName) : undefined,
    transferInfo: undefined,
    purchaseOrderId: random.chance(0.3) ? `PO-${random.int(1000, 9999)}` : undefined,
    dealCode: undefined,
    suspensions: [],
    suspendedAt: undefined,
    unknownStatus: undefined,
    omittedFields: [],
    ...special,
  };
}

export function addSubscription(
  context: SeedContext,
  customer: CustomerRecord,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): SubscriptionRecord {
  const fields = subscriptionOf(context, skuId, planName, special);
  return context.store.addSubscription(customer, fields);
}

/** Adds a subscription that is managed by others and can be transferred to this reseller. */
export function addTransferable(
  context: SeedContext,
  customer: CustomerRecord,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): void {
  const fields = subscriptionOf(context, skuId, planName, {
    transferInfo: {
      expiresAt: context.now + 20 * dayMs,
      minimumSeats: 5,
      legacySkuId: undefined,
    },
    ...special,
  });
  context.store.addTransferable(customer, fields);
}

/** The fields of a subscription that was suspended `days` ago. */
export function suspended(
  { now }: SeedContext,
  suspensions: readonly string[],
  days = 10,
): Pick<NewSubscription, 'suspensions' | 'suspendedAt'> {
  return { suspensions: [...suspensions], suspendedAt: now - days * dayMs };
}
