import type { ResellerCustomer } from '../../domain/customer.ts';
import type { NotificationWatch } from '../../domain/notification.ts';
import type {
  CustomerInput,
  PlanInput,
  SeatsInput,
  SubscriptionOrder,
} from '../../domain/order.ts';
import type { Page } from '../../domain/page.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import {
  customerWire,
  type SubscriptionWire,
  subscriptionsWire,
  subscriptionWire,
  watchDetailsWire,
  watchWire,
} from './wire.ts';

/** Reads a Customer. Throws a ZodError when it has no id. */
export function toCustomer(json: unknown): ResellerCustomer {
  return customerWire.parse(json);
}

/** Reads a Subscription. Throws a ZodError when it has no customer, subscription or SKU id. */
export function toSubscription(json: unknown): ResellerSubscription {
  return subscriptionFromWire(subscriptionWire.parse(json));
}

/**
 * Reads a list of Subscriptions. One without ids is left out and handed to `onMalformed`: it could
 * neither be shown nor acted on, and failing the page would hide all the others behind it, on every
 * try. Throws a ZodError when the answer is no list at all.
 */
export function toSubscriptionPage(
  json: unknown,
  onMalformed: (problem: Error) => void,
): Page<ResellerSubscription> {
  const list = subscriptionsWire.parse(json);
  const items: ResellerSubscription[] = [];
  for (const item of list.subscriptions ?? []) {
    const parsed = subscriptionWire.safeParse(item);
    if (parsed.success) items.push(subscriptionFromWire(parsed.data));
    else onMalformed(parsed.error);
  }
  return { items, nextToken: list.nextPageToken || null };
}

function subscriptionFromWire(wire: SubscriptionWire): ResellerSubscription {
  const trial = wire.trialSettings;
  return {
    ...wire,
    trialSettings: trial && { ...trial, isInTrial: trial.isInTrial ?? false },
  };
}

export function toWatchDetails(json: unknown): NotificationWatch {
  return watchDetailsWire.parse(json);
}

/** Reads the topic that register and unregister answer with. */
export function toTopicName(json: unknown): string | null {
  return watchWire.parse(json).topicName;
}

/** The body of customers.insert, patch and update. Nothing but what was given: unknown names are refused. */
export function customerBody(input: CustomerInput): object {
  const { customerDomain, customerType, alternateEmail, phoneNumber } = input;
  const { postalAddress, primaryAdmin } = input;
  return {
    customerDomain,
    customerType,
    alternateEmail,
    phoneNumber,
    postalAddress,
    primaryAdmin,
  };
}

/** The body of subscriptions.insert. */
export function subscriptionBody({ customerId, subscription }: SubscriptionOrder): object {
  const { skuId, planName, seats, renewalType, purchaseOrderId, dealCode } = subscription;
  return {
    customerId,
    skuId,
    plan: { planName },
    seats: seatsBody(seats),
    renewalSettings: renewalType === undefined ? undefined : { renewalType },
    purchaseOrderId,
    dealCode,
  };
}

/** The body of subscriptions.changePlan. */
export function planBody({ planName, seats, dealCode, purchaseOrderId }: PlanInput): object {
  return { planName, seats: seatsBody(seats), dealCode, purchaseOrderId };
}

/** The body of subscriptions.changeSeats, also part of others. */
export function seatsBody({ numberOfSeats, maximumNumberOfSeats }: SeatsInput): object {
  return { numberOfSeats, maximumNumberOfSeats };
}
