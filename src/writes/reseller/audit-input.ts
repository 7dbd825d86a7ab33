import type { SubscriptionOrder } from '../../domain/order.ts';
import type {
  ChangeRequest,
  DeletionRequest,
  OrderCustomerRequest,
  UpdateCustomerRequest,
  WatchRequest,
} from './requests.ts';

/*
 * The inputs of reseller writes for the audit log. Only the fields listed here are recorded: no email
 * address, phone number, postal address, name or token, and no free text, which may hold one.
 */

export function customerOrder({
  customer,
  customerAuthToken,
}: Omit<OrderCustomerRequest, 'mutation'>) {
  return {
    customerDomain: customer.customerDomain,
    customerType: customer.customerType,
    isTransfer: customerAuthToken !== undefined,
  };
}

/** The names of the changed fields, without their values. */
export function customerUpdate({
  customerId,
  changes,
  replace,
}: Omit<UpdateCustomerRequest, 'mutation'>) {
  const { customerDomain } = changes;
  const fields = Object.entries(changes).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [name];
    return Object.keys(value).map((inner) => `${name}.${inner}`);
  });
  return { customerId, customerDomain, fields: fields.toSorted(), replace };
}

export function subscriptionOrder({
  customerId,
  subscription,
  action,
  sourceSkuId,
  customerAuthToken,
}: SubscriptionOrder) {
  const { skuId, planName, seats, renewalType } = subscription;
  return {
    customerId,
    action: action ?? 'transfer',
    skuId,
    sourceSkuId,
    planName,
    seats: seats.numberOfSeats ?? seats.maximumNumberOfSeats,
    renewalType,
    isTransfer: customerAuthToken !== undefined,
  };
}

export function subscriptionChange(request: ChangeRequest) {
  const { target } = request;
  switch (request.mutation) {
    case 'changeSubscriptionPlan': {
      const { planName, seats } = request.plan;
      return {
        ...target,
        planName,
        seats: seats.numberOfSeats ?? seats.maximumNumberOfSeats,
      };
    }
    case 'changeSubscriptionSeats':
      return { ...target, seats: request.seats };
    case 'changeSubscriptionRenewalSettings':
      return { ...target, renewalType: request.renewalType };
    default:
      return target;
  }
}

export function deletion({ targets }: DeletionRequest) {
  const [first, ...others] = targets;
  return first && others.length === 0 ? first : { subscriptions: targets };
}

/** The project of the service account, without the account itself. */
export function watch({ serviceAccountEmailAddress }: WatchRequest) {
  return { serviceAccountDomain: serviceAccountEmailAddress.split('@').at(-1) };
}
