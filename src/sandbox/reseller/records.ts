import type { WireAddress, WireSubscription } from './wire.ts';

export interface CustomerRecord {
  readonly position: number;
  readonly customerId: string;
  customerDomain: string;
  readonly customerType: 'domain' | 'team';
  alternateEmail: string | undefined;
  postalAddress: WireAddress | undefined;
  phoneNumber: string | undefined;
  primaryEmail: string | undefined;
  domainVerified: boolean;
  /** Who sells to it: another reseller's or the vendor's customer shows its minimum only. */
  managedBy: 'us' | 'anotherReseller' | 'vendor';
  /** When somebody with the rights of an administrator accepted (or will accept) the terms. */
  termsAcceptedAt: number;
  /** Made by the customer for this reseller; lets it take the customer over. */
  transferToken: { readonly value: string; readonly expiresAt: number } | undefined;
  /** Ids are counted per customer: two customers may well have the same one. */
  lastSubscriptionId: number;
  subscriptions: SubscriptionRecord[];
  /** What it holds elsewhere and could transfer to us. */
  transferable: SubscriptionRecord[];
}

export interface SubscriptionRecord {
  readonly position: number;
  readonly customer: CustomerRecord;
  subscriptionId: string;
  readonly skuId: string;
  readonly billingMethod: string;
  readonly creationTime: number;
  /** As requests spell it: `ANNUAL_MONTHLY_PAY`, not `ANNUAL`. */
  planName: string;
  commitment: { readonly startTime: number; readonly endTime: number } | undefined;
  seats: SeatRecord;
  trial: { readonly endTime: number; readonly running: boolean } | undefined;
  renewalType: string | undefined;
  transferInfo:
    | {
        readonly expiresAt: number;
        readonly minimumSeats: number;
        readonly legacySkuId: string | undefined;
      }
    | undefined;
  purchaseOrderId: string | undefined;
  dealCode: string | undefined;
  suspensions: string[];
  suspendedAt: number | undefined;
  /** A status that no document names: the set is open. */
  unknownStatus: string | undefined;
  /** Fields that this one's answers lack: what is optional is really missing somewhere. */
  readonly lacks: readonly (keyof WireSubscription)[];
}

export interface SeatRecord {
  readonly numberOfSeats: number | undefined;
  readonly maximumNumberOfSeats: number | undefined;
  readonly licensedNumberOfSeats: number;
}

export function isAnnual(planName: string): boolean {
  return planName.startsWith('ANNUAL');
}

export function isSuspended(subscription: SubscriptionRecord): boolean {
  return subscription.suspensions.length > 0;
}
