import { type CustomerRecord, isAnnual, isSuspended, type SubscriptionRecord } from './records.ts';
import { findSku } from './skus.ts';
import type { WireCustomer, WireSubscription } from './wire.ts';

/** A page of the admin console. */
function uiUrl(customer: CustomerRecord, page: string): string {
  return `https://www.google.com/a/cpanel/${customer.customerDomain}/${page}`;
}

/** The vendor documents it for every customer, but returns it for teams only. */
function renderAdmin({ customerType, primaryEmail }: CustomerRecord): WireCustomer['primaryAdmin'] {
  return customerType === 'team' && primaryEmail !== undefined ? { primaryEmail } : undefined;
}

export function renderCustomer(customer: CustomerRecord): WireCustomer {
  const { customerId, customerDomain, customerType, postalAddress } = customer;
  if (customer.managedBy !== 'us') return { customerId, customerDomain, customerType };
  return {
    kind: 'reseller#customer',
    ...{ customerId, customerDomain, customerType },
    alternateEmail: customer.alternateEmail,
    postalAddress: postalAddress && { kind: 'customers#address', ...postalAddress },
    phoneNumber: customer.phoneNumber,
    primaryAdmin: renderAdmin(customer),
    customerDomainVerified: customer.domainVerified,
    resourceUiUrl: uiUrl(customer, 'CPanelHome'),
  };
}

/** int64 milliseconds since the epoch, as a JSON string. */
function millis(time: number): string {
  return String(Math.trunc(time));
}

function renderPlan(subscription: SubscriptionRecord): WireSubscription['plan'] {
  const { planName, commitment, billingMethod } = subscription;
  return {
    planName: planName === 'ANNUAL_MONTHLY_PAY' ? 'ANNUAL' : planName,
    isCommitmentPlan: isAnnual(planName),
    commitmentInterval:
      commitment === undefined || billingMethod === 'OFFLINE'
        ? undefined
        : { startTime: millis(commitment.startTime), endTime: millis(commitment.endTime) },
  };
}

function renderTrial({ trial }: SubscriptionRecord): WireSubscription['trialSettings'] {
  return trial && { isInTrial: trial.running, trialEndTime: millis(trial.endTime) };
}

function renderTransfer({ transferInfo }: SubscriptionRecord): WireSubscription['transferInfo'] {
  return (
    transferInfo && {
      transferabilityExpirationTime: millis(transferInfo.expiresAt),
      minimumTransferableSeats: transferInfo.minimumSeats,
      currentLegacySkuId: transferInfo.legacySkuId,
    }
  );
}

function statusOf(subscription: SubscriptionRecord): string {
  return subscription.unknownStatus ?? (isSuspended(subscription) ? 'SUSPENDED' : 'ACTIVE');
}

export function renderSubscription(subscription: SubscriptionRecord): WireSubscription {
  const { customer, renewalType, suspensions } = subscription;
  const response: WireSubscription = {
    kind: 'reseller#subscription',
    customerId: customer.customerId,
    customerDomain: customer.customerDomain,
    subscriptionId: subscription.subscriptionId,
    skuId: subscription.skuId,
    skuName: findSku(subscription.skuId)?.name,
    billingMethod: subscription.billingMethod,
    creationTime: millis(subscription.creationTime),
    plan: renderPlan(subscription),
    seats: { kind: 'subscriptions#seats', ...subscription.seats },
    trialSettings: renderTrial(subscription),
    renewalSettings:
      renewalType === undefined
        ? undefined
        : { kind: 'subscriptions#renewalSettings', renewalType },
    transferInfo: renderTransfer(subscription),
    purchaseOrderId: subscription.purchaseOrderId,
    dealCode: subscription.dealCode,
    status: statusOf(subscription),
    suspensionReasons: suspensions.length === 0 ? undefined : [...suspensions],
    resourceUiUrl: uiUrl(customer, 'Subscriptions'),
  };
  for (const name of subscription.omittedFields) delete response[name];
  return response;
}
