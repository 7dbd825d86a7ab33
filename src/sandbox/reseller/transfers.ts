import { parseBody } from './body.ts';
import { conditionNotMet, invalid } from './errors.ts';
import {
  type MethodCall,
  pathText,
  queryText,
  type RawCall,
  requireCustomer,
  requireTransferToken,
  siblings,
} from './method-call.ts';
import { type CustomerRecord, isSuspended, type SubscriptionRecord } from './records.ts';
import type { NewSubscription } from './store.ts';
import { subscriptionSchema, type WireSubscription } from './wire.ts';

const transferableReasons = ['PENDING_TOS_ACCEPTANCE', 'TRIAL_ENDED', 'RENEWAL_WITH_TYPE_CANCEL'];

/** Transfers one subscription from another reseller or from the vendor. */
export function transferSubscription(
  call: MethodCall<WireSubscription>,
  fields: NewSubscription,
): SubscriptionRecord {
  const { store } = call;
  const customer = requireCustomer(store, pathText(call, 'customerId'));
  const token = queryText(call, 'customerAuthToken') ?? '';
  requireTransferToken(customer, token, store.now());
  const source = customer.transferable.find(({ skuId }) => skuId === fields.skuId);
  if (source === undefined) {
    throw invalid('The customer cannot transfer this SKU', 'skuId');
  }
  checkTransfer(source, fields);
  checkWholeTransfer(call, customer);
  const vendorSold = customer.managedBy === 'vendor';
  const subscription = moveSubscription(call, source, fields);
  store.emit(subscription, vendorSold ? 'SUBSCRIPTION_CONVERTED' : 'NEW_SUBSCRIPTION_CREATED');
  return subscription;
}

function checkTransfer(source: SubscriptionRecord, fields: NewSubscription): void {
  const blocking = source.suspensions.find((reason) => !transferableReasons.includes(reason));
  if (blocking !== undefined) {
    throw conditionNotMet(`A subscription suspended for ${blocking} cannot be transferred`);
  }
  if (fields.dealCode) throw invalid('A transfer cannot have a deal code', 'dealCode');
  const seats = fields.seats.numberOfSeats ?? fields.seats.maximumNumberOfSeats ?? 0;
  const minimum = source.transferInfo?.minimumSeats ?? 0;
  if (seats < minimum) throw invalid(`The transfer requires at least ${minimum} seats`, 'seats');
}

/** The vendor requires one batch for all active subscriptions of a customer. */
function checkWholeTransfer(call: RawCall, customer: CustomerRecord): void {
  const inBatch = new Set(siblings(call, customer).map(({ body }) => skuIn(body)));
  const left = customer.transferable.filter(
    (other) => !isSuspended(other) && !inBatch.has(other.skuId),
  );
  if (left.length > 0) {
    throw conditionNotMet('All active subscriptions must be transferred in one batch');
  }
}

/** An invalid body of another call in the batch must not fail this call. */
function skuIn(body: string): string | undefined {
  try {
    return parseBody(subscriptionSchema, body).skuId;
  } catch {
    return undefined;
  }
}

function moveSubscription(
  { store }: MethodCall<WireSubscription>,
  source: SubscriptionRecord,
  fields: NewSubscription,
): SubscriptionRecord {
  const { customer } = source;
  const { licensedNumberOfSeats } = source.seats;
  const suspensions = source.suspensions.filter((reason) => reason === 'PENDING_TOS_ACCEPTANCE');
  const subscription = store.addSubscription(customer, {
    ...fields,
    creationTime: source.creationTime,
    seats: { ...fields.seats, licensedNumberOfSeats },
    suspensions,
    suspendedAt: suspensions.length === 0 ? undefined : source.suspendedAt,
  });
  customer.transferable = customer.transferable.filter((other) => other !== source);
  customer.managedBy = 'us';
  return subscription;
}
