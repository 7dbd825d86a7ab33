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
  /** Who manages the customer. Customers of others are returned with three fields only. */
  managedBy: 'us' | 'anotherReseller' | 'vendor';
  /** When an administrator accepted or will accept the terms. */
  termsAcceptedAt: number;
  /** Created by the customer; allows this reseller to transfer the customer. */
  transferToken: { readonly value: string; readonly expiresAt: number } | undefined;
  /** Whether the customer has or had a trial. */
  hadTrial: boolean;
  /** Subscription ids are counted per customer, so two customers can have the same one. */
  lastSubscriptionId: number;
  subscriptions: SubscriptionRecord[];
  /** Subscriptions managed by others that can be transferred to this reseller. */
  transferable: SubscriptionRecord[];
}

export interface SubscriptionRecord {
  readonly position: number;
  readonly customer: CustomerRecord;
  subscriptionId: string;
  readonly skuId: string;
  readonly billingMethod: string;
  readonly creationTime: number;
  /** The name in requests: `ANNUAL_MONTHLY_PAY` rather than `ANNUAL`. */
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
  /** An undocumented status, which clients must tolerate. */
  unknownStatus: string | undefined;
  /** Optional fields that are missing from the responses. */
  readonly omittedFields: readonly (keyof WireSubscription)[];
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
