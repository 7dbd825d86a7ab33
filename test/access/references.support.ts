import { randomUUID } from 'node:crypto';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import type { Ids } from './tenants.support.ts';

type Reference = (ids: Ids) => readonly unknown[];

/**
 * How a client names an object in an argument or input field, by `Parent.field`: every way for which
 * there is more than one.
 */
const references: Readonly<Record<string, Reference>> = {
  'Query.node.id': (ids) => nodeIds(ids),
  'Query.nodes.ids': (ids) => [nodeIds(ids)],
  'Query.customers.resellerId': (ids) => [ids.resellerId],
  'Query.notifications.customer': (ids) => [ids.customer],
  'Query.operations.customer': (ids) => [ids.customer],
  'Query.subscriptions.customer': (ids) => [ids.customer],
  'Query.subscriptions.customerNamePrefix': (ids) => [ids.domain.slice(0, 6)],
  'Subscription.notificationReceived.customer': (ids) => [ids.customer],
  'Subscription.operationsUpdated.customer': (ids) => [ids.customer],
  'Subscription.operationUpdated.id': (ids) => [ids.operation],
  'AuditEntryBy.id': (ids) => [ids.auditEntry],
  'AuditEntryBy.idempotencyKey': (ids) => [ids.idempotencyKey],
  'AuditLogFilter.customer': (ids) => [ids.customer],
  'AuditLogFilter.resellerId': (ids) => [ids.resellerId],
  'AuditLogFilter.subscription': (ids) => [ids.subscription],
  'AuditLogFilter.viewer': (ids) => [ids.viewer],
  'TargetAuditLogFilter.viewer': (ids) => [ids.viewer],
  'PortfolioSubscriptionFilter.customer': (ids) => [ids.customer],
  'PortfolioSubscriptionFilter.search': (ids) => [ids.domain],
  'BillingCustomerKey.customerId': (ids) => [ids.billingCustomerId],
  'BillingCustomerKey.resellerId': (ids) => [ids.keyResellerId],
  'CustomerBy.domain': (ids) => [ids.domain],
  'CustomerBy.id': (ids) => [ids.customer],
  'CustomerBy.resellerCustomerId': (ids) => [ids.resellerCustomerId, ids.domain],
  'OperationBy.id': (ids) => [ids.operation],
  'OperationBy.operationId': (ids) => [ids.operationId],
  'ResellerCustomerKey.domain': (ids) => [ids.domain],
  'ResellerCustomerKey.id': (ids) => [ids.resellerCustomerId, ids.domain],
  'SubscriptionBy.id': (ids) => [ids.subscription],
  'SubscriptionKey.customerId': (ids) => [ids.resellerCustomerId, ids.domain],
  'SubscriptionKey.subscriptionId': (ids) => [ids.subscriptionId],
  'ActivateCustomerInput.customer': (ids) => [ids.customer],
  'OrderSubscriptionInput.customer': (ids) => [ids.customer],
  'SuspendCustomerInput.customer': (ids) => [ids.customer],
  'TransferSubscriptionsInput.customer': (ids) => [ids.customer],
  'UnlinkCustomerInput.customer': (ids) => [ids.customer],
  'UpdateCustomerInput.customer': (ids) => [ids.customer],
  'CreateResellerServedCustomerInput.resellerId': (ids) => [ids.resellerId],
  'InviteCustomerInput.resellerId': (ids) => [ids.resellerId],
  'OrderCustomerInput.customerDomain': (ids) => [ids.domain],
  'UpdateCustomerInput.customerDomain': (ids) => [ids.domain],
  'ActivateSubscriptionInput.subscription': (ids) => [ids.subscription],
  'CancelSubscriptionInput.subscription': (ids) => [ids.subscription],
  'CancelSubscriptionInput.alongWith': (ids) => [[ids.subscription]],
  'ChangeSubscriptionPlanInput.subscription': (ids) => [ids.subscription],
  'ChangeSubscriptionRenewalSettingsInput.subscription': (ids) => [ids.subscription],
  'ChangeSubscriptionSeatsInput.subscription': (ids) => [ids.subscription],
  'StartPaidServiceInput.subscription': (ids) => [ids.subscription],
  'SuspendSubscriptionInput.subscription': (ids) => [ids.subscription],
  'TransferSubscriptionToDirectInput.subscription': (ids) => [ids.subscription],
  'TransferSubscriptionToDirectInput.alongWith': (ids) => [[ids.subscription]],
  'CancelOperationInput.operation': (ids) => [ids.operation],
  'SettleWriteInput.auditEntry': (ids) => [ids.auditEntry],
  'SettleWriteInput.operationId': (ids) => [ids.operationId],
};

export function referenceAt(coordinate: string): Reference | undefined {
  return references[coordinate];
}

/** Naming the victim's domain in these creates a conflict; another domain would not be rejected. */
export const conflicts: ReadonlySet<string> = new Set([
  'OrderCustomerInput.customerDomain',
  'UpdateCustomerInput.customerDomain',
]);

const postalAddress = {
  ...{ contactName: 'Eve', organizationName: 'Eve Ltd', postalCode: '1', countryCode: 'DE' },
};

/** Of inputs that hold no reference, whose values are given as a whole. */
const parts = [
  ...['email', 'legalAddress', 'longname', 'phone', 'postAddress', 'postCode', 'tin'],
  ...['addressLine1', 'addressLine2', 'addressLine3', 'contactName', 'countryCode'],
  ...['locality', 'organizationName', 'postalCode', 'region'],
];

/** Values of everything else; undefined leaves it out. */
const values: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(parts.map((part) => [part, undefined])),
  first: undefined,
  after: undefined,
  // The subscriptions begin with what is stored.
  'Subscription.auditLogged.after': '0',
  'Subscription.notificationReceived.after': '0',
  'Subscription.operationsUpdated.after': '0',
  'Subscription.portfolioChanged.after': '0',
  // They hold filters of the same type.
  ...{ any: undefined, all: undefined, not: undefined },
  ...{ accountActive: undefined, linked: undefined, gone: undefined, productId: undefined },
  ...{ suspensionReasons: undefined, freeSeatsAtLeast: undefined, createdAfter: undefined },
  ...{ renewsBefore: undefined, renewsAfter: undefined, trialEndsBefore: undefined },
  'PortfolioSubscriptionFilter.planName': undefined,
  'PortfolioSubscriptionFilter.skuId': undefined,
  orderBy: undefined,
  idempotencyKey: undefined,
  dryRun: undefined,
  status: undefined,
  kind: undefined,
  types: undefined,
  mutations: undefined,
  outcomes: undefined,
  from: undefined,
  until: undefined,
  customerAuthToken: 'a1b2c3d4e5f60718',
  'OrderSubscriptionInput.customerAuthToken': undefined,
  'OrderCustomerInput.customerAuthToken': undefined,
  'Query.subscriptions.customerAuthToken': undefined,
  name: 'Eve Ltd',
  person: {},
  invitationEmail: 'eve@evil.example',
  confirm: true,
  action: 'BUY',
  'SettleWriteInput.action': 'CONFIRM_DONE',
  skuId: '1010020028',
  sourceSkuId: undefined,
  planName: 'FLEXIBLE',
  planNameRaw: undefined,
  seats: 5,
  renewalType: undefined,
  'ChangeSubscriptionRenewalSettingsInput.renewalType': 'CANCEL',
  renewalTypeRaw: undefined,
  purchaseOrderId: undefined,
  dealCode: undefined,
  replace: undefined,
  alternateEmail: 'eve@backup.example',
  primaryAdminEmail: undefined,
  phoneNumber: undefined,
  customerType: undefined,
  postalAddress,
  subscriptions: [{ skuId: '1010020028', planName: 'FLEXIBLE', seats: 5 }],
  serviceAccountEmailAddress: 'eve@evil.iam.gserviceaccount.example',
};

/** @throws Error for a field that this table does not know: add it, or a reference */
export function valueAt(coordinate: string): unknown {
  const name = coordinate.slice(coordinate.lastIndexOf('.') + 1);
  for (const key of [coordinate, name]) if (Object.hasOwn(values, key)) return values[key];
  throw new Error(`the access tests do not know how to fill ${coordinate}`);
}

/** Whether the value of a field is given as a whole. */
export function isGiven(coordinate: string): boolean {
  const name = coordinate.slice(coordinate.lastIndexOf('.') + 1);
  return Object.hasOwn(values, coordinate) || Object.hasOwn(values, name);
}

function nodeIds(ids: Ids): readonly string[] {
  const { customer, subscription, operation, auditEntry, notification } = ids;
  const { portfolioCustomer, portfolioSubscription, portfolioChange } = ids;
  return [
    ...[customer, subscription, operation, auditEntry, notification],
    ...[portfolioCustomer, portfolioSubscription, portfolioChange],
  ];
}

/** Ids of the same form as `ids`, of objects that do not exist. */
export function ghostOf(ids: Ids): Ids {
  const key = randomUUID();
  return withGlobalIds({
    ...ids,
    ...{ billingCustomerId: 'cusghost000000000000', resellerCustomerId: 'C0ghost00' },
    ...{ domain: 'ghost.example', operationId: 'opeghost000000000000', viewer: 'ghost' },
    ...{ subscriptionId: '9999999', idempotencyKey: key, messageId: `m-${key}` },
    operation: encodeGlobalId('Operation', 'opeghost000000000000'),
    auditEntry: encodeGlobalId('AuditEntry', key),
    notification: encodeGlobalId('Notification', `m-${key}`),
    portfolioChange: encodeGlobalId('PortfolioChange', '999999999'),
  });
}

function withGlobalIds(ids: Ids): Ids {
  const billing = ['b', ids.resellerId, ids.billingCustomerId] as const;
  return {
    ...ids,
    customer: encodeGlobalId('Customer', ...billing),
    subscription: encodeGlobalId('ResellerSubscription', ids.resellerCustomerId, ids.skuId),
    portfolioCustomer: encodeGlobalId('PortfolioCustomer', ...billing),
    portfolioSubscription: encodeGlobalId(
      ...(['PortfolioSubscription', ids.resellerCustomerId, ids.skuId] as const),
    ),
  };
}

/** The ways to name the same objects, the last ones forged by a viewer of the reseller `own`. */
export function stylesOf(ids: Ids, own: string = secondResellerId): readonly Ids[] {
  const { resellerCustomerId, domain, skuId, subscriptionId, billingCustomerId } = ids;
  const reseller = encodeGlobalId('Customer', 'r', resellerCustomerId);
  const subscription = encodeGlobalId(
    ...(['ResellerSubscription', resellerCustomerId, skuId, subscriptionId] as const),
  );
  return [
    withGlobalIds(ids),
    {
      ...{ ...ids, customer: reseller, subscription },
      portfolioCustomer: encodeGlobalId('PortfolioCustomer', 'r', resellerCustomerId),
    },
    {
      ...ids,
      customer: encodeGlobalId('Customer', 'r', domain),
      subscription: encodeGlobalId('ResellerSubscription', domain, skuId),
    },
    {
      ...{ ...ids, keyResellerId: own },
      customer: encodeGlobalId('Customer', 'b', own, billingCustomerId),
    },
  ];
}
