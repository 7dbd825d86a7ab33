import { z } from 'zod';

/*
 * The requests of reseller writes as they are stored. Each names its mutation, so that two mutations
 * of one object never have equal requests.
 */

const text = z.string();
const optionalText = z.string().optional();

const seats = z.object({
  numberOfSeats: z.number().optional(),
  maximumNumberOfSeats: z.number().optional(),
});

const postalAddress = z.object({
  contactName: optionalText,
  organizationName: optionalText,
  addressLine1: optionalText,
  addressLine2: optionalText,
  addressLine3: optionalText,
  locality: optionalText,
  region: optionalText,
  postalCode: optionalText,
  countryCode: optionalText,
});

const customerInput = z.object({
  customerDomain: optionalText,
  customerType: optionalText,
  alternateEmail: optionalText,
  phoneNumber: optionalText,
  postalAddress: postalAddress.optional(),
  primaryAdmin: z.object({ primaryEmail: text }).optional(),
});

const subscriptionOrder = z.object({
  customerId: text,
  subscription: z.object({
    skuId: text,
    planName: text,
    seats,
    renewalType: optionalText,
    purchaseOrderId: optionalText,
    dealCode: optionalText,
  }),
  action: z.enum(['buy', 'switch']).optional(),
  sourceSkuId: optionalText,
  customerAuthToken: optionalText,
});

const target = z.object({ customerId: text, skuId: text, subscriptionId: text.nullable() });

const plan = z.object({
  planName: text,
  seats,
  dealCode: optionalText,
  purchaseOrderId: optionalText,
});

export const orderCustomerRequest = z.object({
  mutation: z.literal('orderCustomer'),
  customer: customerInput.extend({ customerDomain: text }),
  customerAuthToken: optionalText,
});
export type OrderCustomerRequest = z.infer<typeof orderCustomerRequest>;

export const updateCustomerRequest = z.object({
  mutation: z.literal('updateCustomer'),
  customerId: text,
  changes: customerInput,
  /** Whether fields that are not in `changes` are cleared. */
  replace: z.boolean(),
});
export type UpdateCustomerRequest = z.infer<typeof updateCustomerRequest>;

export const orderRequest = z.object({
  mutation: z.literal('orderSubscription'),
  order: subscriptionOrder,
});

export const transferRequest = z.object({
  mutation: z.literal('transferSubscriptions'),
  orders: z.array(subscriptionOrder),
});

/** A change of one subscription's state. */
export const changeRequest = z.discriminatedUnion('mutation', [
  z.object({ mutation: z.literal('activateSubscription'), target }),
  z.object({ mutation: z.literal('suspendSubscription'), target }),
  z.object({ mutation: z.literal('startPaidService'), target }),
  z.object({ mutation: z.literal('changeSubscriptionPlan'), target, plan }),
  /** A total, which goes into the field that the current plan requires. */
  z.object({ mutation: z.literal('changeSubscriptionSeats'), target, seats: z.number() }),
  z.object({
    mutation: z.literal('changeSubscriptionRenewalSettings'),
    target,
    renewalType: text,
  }),
]);
export type ChangeRequest = z.infer<typeof changeRequest>;

/** Subscriptions of one customer that end together. */
export const deletionRequest = z.object({
  mutation: z.enum(['cancelSubscription', 'transferSubscriptionToDirect']),
  targets: z.array(target).min(1),
});
export type DeletionRequest = z.infer<typeof deletionRequest>;

export const watchRequest = z.object({
  mutation: z.enum(['registerNotifications', 'unregisterNotifications']),
  serviceAccountEmailAddress: text,
});
export type WatchRequest = z.infer<typeof watchRequest>;
