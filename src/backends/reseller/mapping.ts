import type { PostalAddress, ResellerCustomer } from '../../domain/customer.ts';
import type { NotificationWatch } from '../../domain/notification.ts';
import type {
  CustomerInput,
  PlanInput,
  SeatsInput,
  SubscriptionOrder,
} from '../../domain/order.ts';
import type { Page } from '../../domain/page.ts';
import type {
  ResellerSubscription,
  SubscriptionPlan,
  SubscriptionSeats,
  TransferInfo,
  TrialSettings,
} from '../../domain/subscription.ts';
import {
  flag,
  INT32_MAX,
  id,
  integer,
  type Json,
  objectOf,
  optional,
  text,
  texts,
  time,
} from './wire.ts';

/** @throws Error when the customer has no id */
export function toCustomer(value: unknown): ResellerCustomer {
  const json = objectOf(value, 'customer');
  return {
    kind: text(json['kind']),
    customerId: id(json, 'customerId'),
    customerDomain: text(json['customerDomain']),
    customerType: text(json['customerType']),
    alternateEmail: text(json['alternateEmail']),
    phoneNumber: text(json['phoneNumber']),
    postalAddress: optional(json['postalAddress'], toAddress),
    primaryAdmin: optional(json['primaryAdmin'], toAdmin),
    customerDomainVerified: flag(json['customerDomainVerified']),
    resourceUiUrl: text(json['resourceUiUrl']),
  };
}

function toAddress(json: Json): PostalAddress {
  return {
    contactName: text(json['contactName']),
    organizationName: text(json['organizationName']),
    addressLine1: text(json['addressLine1']),
    addressLine2: text(json['addressLine2']),
    addressLine3: text(json['addressLine3']),
    locality: text(json['locality']),
    region: text(json['region']),
    postalCode: text(json['postalCode']),
    countryCode: text(json['countryCode']),
  };
}

function toAdmin(json: Json): NonNullable<ResellerCustomer['primaryAdmin']> {
  return { primaryEmail: text(json['primaryEmail']) };
}

/** @throws Error when the customer, subscription or SKU id is missing */
export function toSubscription(value: unknown): ResellerSubscription {
  const json = objectOf(value, 'subscription');
  return {
    kind: text(json['kind']),
    customerId: id(json, 'customerId'),
    customerDomain: text(json['customerDomain']),
    subscriptionId: id(json, 'subscriptionId'),
    skuId: id(json, 'skuId'),
    skuName: text(json['skuName']),
    billingMethod: text(json['billingMethod']),
    creationTime: time(json['creationTime']),
    plan: optional(json['plan'], toPlan),
    seats: optional(json['seats'], toSeats),
    trialSettings: optional(json['trialSettings'], toTrial),
    renewalSettings: optional(json['renewalSettings'], (settings) => ({
      renewalType: text(settings['renewalType']),
    })),
    transferInfo: optional(json['transferInfo'], toTransfer),
    purchaseOrderId: text(json['purchaseOrderId']),
    dealCode: text(json['dealCode']),
    status: text(json['status']),
    suspensionReasons: texts(json['suspensionReasons']),
    resourceUiUrl: text(json['resourceUiUrl']),
  };
}

function toPlan(json: Json): SubscriptionPlan {
  return {
    planName: text(json['planName']),
    isCommitmentPlan: flag(json['isCommitmentPlan']),
    commitmentInterval: optional(json['commitmentInterval'], (interval) => ({
      startTime: time(interval['startTime']),
      endTime: time(interval['endTime']),
    })),
  };
}

function toSeats(json: Json): SubscriptionSeats {
  return {
    numberOfSeats: integer(json['numberOfSeats'], INT32_MAX),
    maximumNumberOfSeats: integer(json['maximumNumberOfSeats'], INT32_MAX),
    licensedNumberOfSeats: integer(json['licensedNumberOfSeats'], INT32_MAX),
  };
}

function toTrial(json: Json): TrialSettings {
  return { isInTrial: json['isInTrial'] === true, trialEndTime: time(json['trialEndTime']) };
}

function toTransfer(json: Json): TransferInfo {
  return {
    transferabilityExpirationTime: time(json['transferabilityExpirationTime']),
    minimumTransferableSeats: integer(json['minimumTransferableSeats'], INT32_MAX),
    currentLegacySkuId: text(json['currentLegacySkuId']),
  };
}

/**
 * Skips subscriptions without ids and passes their errors to `onMalformed`: failing the whole page
 * would hide the rest of the list permanently.
 * @throws Error when the response is not a list
 */
export function toSubscriptionPage(
  json: unknown,
  onMalformed: (problem: Error) => void,
): Page<ResellerSubscription> {
  const { subscriptions, nextPageToken } = toList(json);
  const items: ResellerSubscription[] = [];
  for (const item of subscriptions) {
    try {
      items.push(toSubscription(item));
    } catch (problem) {
      if (!(problem instanceof Error)) throw problem;
      onMalformed(problem);
    }
  }
  return { items, nextToken: nextPageToken };
}

/** @throws Error when it is not a list */
function toList(value: unknown) {
  const { subscriptions, nextPageToken } = objectOf(value, 'list of subscriptions');
  if (subscriptions != null && !Array.isArray(subscriptions)) {
    throw new Error('subscriptions is not a list');
  }
  if (nextPageToken != null && typeof nextPageToken !== 'string') {
    throw new Error('nextPageToken is not a string');
  }
  return { subscriptions: subscriptions ?? [], nextPageToken: nextPageToken || null };
}

/** @throws Error when it is not an object */
export function toWatchDetails(value: unknown): NotificationWatch {
  const json = objectOf(value, 'watch');
  return {
    serviceAccountEmailAddresses: texts(json['serviceAccountEmailAddresses']),
    topicName: text(json['topicName']),
  };
}

/** The topic that register and unregister return. @throws Error when it is not an object */
export function toTopicName(value: unknown): string | null {
  return text(objectOf(value, 'watch')['topicName']);
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
