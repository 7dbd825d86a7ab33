import { parseBody } from './body.ts';
import { conditionNotMet, forbidden, invalid } from './errors.ts';
import {
  isTokenGood,
  type MethodCall,
  pathText,
  queryText,
  type RawCall,
  requireCustomer,
  siblings,
} from './method-call.ts';
import { type CustomerRecord, isSuspended, type SubscriptionRecord } from './records.ts';
import type { NewSubscription } from './store.ts';
import { subscriptionSchema, type WireSubscription } from './wire.ts';

const transferableReasons = ['PENDING_TOS_ACCEPTANCE', 'TRIAL_ENDED', 'RENEWAL_WITH_TYPE_CANCEL'];

/** Takes one subscription over from another reseller or from the vendor. */
export function transferSubscription(
  call: MethodCall<WireSubscription>,
  fields: NewSubscription,
): SubscriptionRecord {
  const { store } = call;
  const customer = requireCustomer(store, pathText(call, 'customerId'));
  const token = queryText(call, 'customerAuthToken') ?? '';
  if (!isTokenGood(customer, token, store.now())) {
    throw forbidden('The transfer token is wrong or has expired');
  }
  const held = customer.transferable.find(({ skuId }) => skuId === fields.skuId);
  if (held === undefined) {
    throw invalid('The SKU is not one that the customer can transfer', 'skuId');
  }
  checkTransfer(held, fields);
  checkWholeTransfer(call, customer);
  const vendorSold = customer.managedBy === 'vendor';
  const subscription = take(call, held, fields);
  store.emit(subscription, vendorSold ? 'SUBSCRIPTION_CONVERTED' : 'NEW_SUBSCRIPTION_CREATED');
  return subscription;
}

function checkTransfer(held: SubscriptionRecord, fields: NewSubscription): void {
  const strange = held.suspensions.find((reason) => !transferableReasons.includes(reason));
  if (strange !== undefined) {
    throw conditionNotMet(`A subscription suspended for ${strange} cannot be transferred`);
  }
  if (fields.dealCode) throw invalid('A transfer takes no deal code', 'dealCode');
  const seats = fields.seats.numberOfSeats ?? fields.seats.maximumNumberOfSeats ?? 0;
  const minimum = held.transferInfo?.minimumSeats ?? 0;
  if (seats < minimum) throw invalid(`The transfer needs at least ${minimum} seats`, 'seats');
}

/** All active subscriptions of the customer move in one batch; one by one is an error. */
function checkWholeTransfer(call: RawCall, customer: CustomerRecord): void {
  const inBatch = new Set(siblings(call, customer).map(({ body }) => skuIn(body)));
  const left = customer.transferable.filter(
    (other) => !isSuspended(other) && !inBatch.has(other.skuId),
  );
  if (left.length > 0) {
    throw conditionNotMet('All active subscriptions have to be transferred in one batch');
  }
}

/** Another call of the batch may have a body that is wrong: that is not this call's fault. */
function skuIn(body: string): string | undefined {
  try {
    return parseBody(subscriptionSchema, body).skuId;
  } catch {
    return undefined;
  }
}

function take(
  { store }: MethodCall<WireSubscription>,
  held: SubscriptionRecord,
  fields: NewSubscription,
): SubscriptionRecord {
  const { customer } = held;
  const { licensedNumberOfSeats } = held.seats;
  const suspensions = held.suspensions.filter((reason) => reason === 'PENDING_TOS_ACCEPTANCE');
  const subscription = store.newSubscription(customer, {
    ...fields,
    creationTime: held.creationTime,
    seats: { ...fields.seats, licensedNumberOfSeats },
    suspensions,
    suspendedAt: suspensions.length === 0 ? undefined : held.suspendedAt,
  });
  customer.transferable = customer.transferable.filter((other) => other !== held);
  customer.managedBy = 'us';
  customer.subscriptions.push(subscription);
  return subscription;
}
