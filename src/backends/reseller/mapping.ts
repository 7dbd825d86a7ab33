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

/** @throws ZodError when the customer has no id */
export function toCustomer(json: unknown): ResellerCustomer {
  return customerWire.parse(json);
}

/** @throws ZodError when the customer, subscription or SKU id is missing */
export function toSubscription(json: unknown): ResellerSubscription {
  return subscriptionFromWire(subscriptionWire.parse(json));
}

/**
 * Skips subscriptions without ids and passes their errors to `onMalformed`: failing the whole page
 * would hide the rest of the list permanently.
 * @throws ZodError when the response is not a list
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

/** The topic that register and unregister return. */
export function toTopicName(json: unknown): string | null {
  return watchWire.parse(json).topicName;
}

/** The body of customers.insert, patch and update. The API rejects unknown names. */
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

/** The body of subscriptions.changeSeats, and the seats of other bodies. */
export function seatsBody({ numberOfSeats, maximumNumberOfSeats }: SeatsInput): object {
  return { numberOfSeats, maximumNumberOfSeats };
}
