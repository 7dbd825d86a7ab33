import type { Random } from '../random.ts';
import { commitmentFrom, dayMs } from '../reseller/lifecycle.ts';
import { type CustomerRecord, isAnnual, type SubscriptionRecord } from '../reseller/records.ts';
import { defaultRenewalType } from '../reseller/rules.ts';
import { findSku } from '../reseller/skus.ts';
import type { NewCustomer, NewSubscription, ResellerStore } from '../reseller/store.ts';
import { type Company, personName } from './names.ts';

/** Where a story is told: the stores get their data relative to this moment. */
export interface Stage {
  readonly random: Random;
  readonly now: number;
  readonly store: ResellerStore;
}

const cities = [
  { locality: 'Hamburg', region: 'HH', postalCode: '20095', countryCode: 'DE' },
  { locality: 'Bergen', region: 'Vestland', postalCode: '5003', countryCode: 'NO' },
  { locality: 'Uppsala', region: 'Uppsala', postalCode: '753 10', countryCode: 'SE' },
  { locality: 'Almaty', region: 'Almaty', postalCode: '050000', countryCode: 'KZ' },
] as const;

/** A customer of ours with everything filled in, unless `special` says otherwise. */
export function addCustomer(
  { random, now, store }: Stage,
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

/** Annual subscriptions began some whole years and days ago, so that none is due just now. */
function commitmentAround(now: number, daysIn: number): SubscriptionRecord['commitment'] {
  return commitmentFrom(now - daysIn * dayMs);
}

function seatsFor(planName: string, random: Random): SubscriptionRecord['seats'] {
  const bound = planName === 'TRIAL' ? 10 : planName === 'FREE' ? 50 : 240;
  const seats = random.int(3, bound);
  const licensedNumberOfSeats = random.int(0, seats);
  return isAnnual(planName)
    ? { numberOfSeats: seats, maximumNumberOfSeats: undefined, licensedNumberOfSeats }
    : { numberOfSeats: undefined, maximumNumberOfSeats: seats, licensedNumberOfSeats };
}

/** What a subscription of this SKU and plan usually looks like. */
function subscriptionOf(
  { random, now }: Stage,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): NewSubscription {
  const daysIn = random.int(20, 330);
  const annual = isAnnual(planName);
  const trialDays = findSku(skuId)?.trialDays ?? 30;
  const trialEnd = now + random.int(4, trialDays - 2) * dayMs;
  return {
    ...{ skuId, planName },
    billingMethod: 'ONLINE',
    creationTime: now - (daysIn + random.int(0, 2) * 365) * dayMs,
    commitment: annual ? commitmentAround(now, daysIn) : undefined,
    seats: seatsFor(planName, random),
    trial: planName === 'TRIAL' ? { endTime: trialEnd, running: true } : undefined,
    renewalType: annual ? defaultRenewalType(planName) : undefined,
    transferInfo: undefined,
    purchaseOrderId: random.chance(0.3) ? `PO-${random.int(1000, 9999)}` : undefined,
    dealCode: undefined,
    suspensions: [],
    suspendedAt: undefined,
    unknownStatus: undefined,
    lacks: [],
    ...special,
  };
}

export function addSubscription(
  stage: Stage,
  customer: CustomerRecord,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): SubscriptionRecord {
  const fields = subscriptionOf(stage, skuId, planName, special);
  const subscription = stage.store.newSubscription(customer, fields);
  customer.subscriptions.push(subscription);
  return subscription;
}

/** Something the customer holds elsewhere and could transfer to us. */
export function addTransferable(
  stage: Stage,
  customer: CustomerRecord,
  skuId: string,
  planName: string,
  special: Partial<NewSubscription> = {},
): void {
  const fields = subscriptionOf(stage, skuId, planName, {
    transferInfo: {
      expiresAt: stage.now + 20 * dayMs,
      minimumSeats: 5,
      legacySkuId: undefined,
    },
    ...special,
  });
  customer.transferable.push(stage.store.newSubscription(customer, fields));
}

/** The fields of a subscription that something has suspended `days` ago. */
export function suspended(
  { now }: Stage,
  suspensions: readonly string[],
  days = 10,
): Pick<NewSubscription, 'suspensions' | 'suspendedAt'> {
  return { suspensions: [...suspensions], suspendedAt: now - days * dayMs };
}
