import type { SubscriptionRecord } from './records.ts';

export type EventType =
  | 'NEW_SUBSCRIPTION_CREATED'
  | 'SUBSCRIPTION_TRIAL_ENDED'
  | 'PRICE_PLAN_SWITCHED'
  | 'COMMITMENT_CHANGED'
  | 'SUBSCRIPTION_RENEWED'
  | 'SUBSCRIPTION_SUSPENDED'
  | 'SUBSCRIPTION_SUSPENSION_REVOKED'
  | 'SUBSCRIPTION_CANCELLED'
  | 'SUBSCRIPTION_CONVERTED'
  | 'SUBSCRIPTION_UPGRADE'
  | 'SUBSCRIPTION_DOWNGRADE'
  | 'LICENSE_ASSIGNMENT_CHANGED';

export type CancellationReason =
  | 'TRANSFERRED_OUT'
  | 'PURCHASE_OF_SUBSUMING_SKU'
  | 'RESELLER_INITIATED'
  | 'OTHER';

/** The data of a notification, as in the vendor's Pub/Sub messages. */
export interface SubscriptionEvent {
  readonly customer_id: string;
  readonly customer_domain_name: string;
  readonly event_type: EventType;
  readonly sku_id: string;
  readonly subscription_id: string;
  readonly subscription_suspension_reasons?: readonly string[];
  readonly subscription_cancellation_reason?: CancellationReason;
}

export type ChangeListener = (event: SubscriptionEvent) => void;

export function eventOf(
  subscription: SubscriptionRecord,
  type: EventType,
  cancellation?: CancellationReason,
): SubscriptionEvent {
  const { customer, skuId, subscriptionId, suspensions } = subscription;
  return {
    customer_id: customer.customerId,
    customer_domain_name: customer.customerDomain,
    event_type: type,
    sku_id: skuId,
    subscription_id: subscriptionId,
    ...(type === 'SUBSCRIPTION_SUSPENDED'
      ? { subscription_suspension_reasons: [...suspensions] }
      : {}),
    ...(cancellation === undefined ? {} : { subscription_cancellation_reason: cancellation }),
  };
}
