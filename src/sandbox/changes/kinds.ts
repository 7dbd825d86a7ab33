import type { BillingAccountRecord, BillingStore } from '../billing/store.ts';
import type { Random } from '../random.ts';
import { type Emit, removeSuspension, renew, suspend } from '../reseller/lifecycle.ts';
import { isSuspended, type SubscriptionRecord } from '../reseller/records.ts';
import { findSku } from '../reseller/skus.ts';
import type { ResellerStore } from '../reseller/store.ts';

/** What a change may read and write. */
export interface ChangeContext {
  readonly reseller: ResellerStore;
  readonly billing: BillingStore;
  /** The billing account of a reseller customer; undefined when it is not linked. */
  readonly accountOf: (resellerCustomerId: string) => BillingAccountRecord | undefined;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One kind of change that happens without a request of this reseller. */
interface ChangeKind {
  /** Whether the change can happen to this subscription. */
  readonly applies: (subscription: SubscriptionRecord, context: ChangeContext) => boolean;
  readonly make: (subscription: SubscriptionRecord, context: ChangeContext) => void;
}

function emitter({ reseller }: ChangeContext, subscription: SubscriptionRecord): Emit {
  return (type, cancellation) => reseller.emit(subscription, type, cancellation);
}

const isActive = (subscription: SubscriptionRecord): boolean =>
  !isSuspended(subscription) && subscription.unknownStatus === undefined;

/** The seats that are bought or allowed. */
function seatsOf({ seats }: SubscriptionRecord): number {
  return seats.numberOfSeats ?? seats.maximumNumberOfSeats ?? 0;
}

function seatLimit({ skuId, trial }: SubscriptionRecord): number {
  const sku = findSku(skuId);
  return (trial?.running === true ? sku?.trial?.seats : sku?.maximumSeats) ?? 0;
}

const outsideReason = 'OTHER';

export const changeKindNames = [
  'renewal',
  'seats',
  'licence',
  'suspension',
  'reactivation',
  'cancellation',
  'contact',
  'account',
] as const;

export type ChangeKindName = (typeof changeKindNames)[number];

export const changeKinds: Readonly<Record<ChangeKindName, ChangeKind>> = {
  /** The commitment ends now and renews by its renewal type. */
  renewal: {
    applies: (subscription) => isActive(subscription) && subscription.commitment !== undefined,
    make: (subscription, context) =>
      renew(subscription, context.now, emitter(context, subscription)),
  },
  /** One to five seats more; only annual plans announce it. */
  seats: {
    applies: (subscription) =>
      isActive(subscription) && seatsOf(subscription) + 5 <= seatLimit(subscription),
    make: (subscription, { reseller, random }) => {
      const more = random.int(1, 5);
      const { seats, commitment } = subscription;
      const add = (count: number | undefined) => (count === undefined ? count : count + more);
      subscription.seats = {
        ...seats,
        numberOfSeats: add(seats.numberOfSeats),
        maximumNumberOfSeats: add(seats.maximumNumberOfSeats),
      };
      if (commitment !== undefined) reseller.emit(subscription, 'COMMITMENT_CHANGED');
    },
  },
  /** The customer's administrator assigns a licence. */
  licence: {
    applies: (subscription) =>
      isActive(subscription) && subscription.seats.licensedNumberOfSeats < seatsOf(subscription),
    make: (subscription, { reseller }) => reseller.assignLicence(subscription, 1),
  },
  /** The vendor suspends the subscription, for example for abuse. */
  suspension: {
    applies: isActive,
    make: (subscription, { reseller, now }) => {
      suspend(subscription, outsideReason, now);
      reseller.emit(subscription, 'SUBSCRIPTION_SUSPENDED');
    },
  },
  /** The vendor lifts its own suspension. */
  reactivation: {
    applies: ({ suspensions }) => suspensions.includes(outsideReason),
    make: (subscription, { reseller }) => {
      removeSuspension(subscription, outsideReason);
      if (isSuspended(subscription)) return;
      reseller.emit(subscription, 'SUBSCRIPTION_SUSPENSION_REVOKED');
    },
  },
  /** The subscription is cancelled in the console and is no longer found. */
  cancellation: {
    applies: () => true,
    make: (subscription, { reseller }) => {
      reseller.remove(subscription);
      reseller.emit(subscription, 'SUBSCRIPTION_CANCELLED', 'OTHER');
    },
  },
  /** The organisation of the customer is renamed; no notification exists for it. */
  contact: {
    applies: ({ customer }) => customer.postalAddress !== undefined,
    make: ({ customer }, { random }) => {
      const organizationName = `Renamed ${random.text(6)}`;
      customer.postalAddress = { ...customer.postalAddress, organizationName };
    },
  },
  /** The billing account of the linked customer is deactivated or activated again. */
  account: {
    applies: ({ customer }, { accountOf }) => accountOf(customer.customerId) !== undefined,
    make: ({ customer }, { accountOf, billing }) => {
      const account = accountOf(customer.customerId);
      if (account !== undefined) billing.setActive(account.id, !account.active);
    },
  },
};
