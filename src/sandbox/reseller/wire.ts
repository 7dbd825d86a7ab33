import { z } from 'zod';

// The schemas of the API's discovery document validate request bodies and `fields` and type the
// handlers. Objects are strict because the vendor rejects unknown names.

const text = z.string().optional();
const flag = z.boolean().optional();
/** A number or a string, as protobuf's JSON parsers accept. */
const int32 = z
  .union([
    z.int32(),
    z
      .string()
      .regex(/^-?\d{1,10}$/)
      .transform(Number),
  ])
  .optional();
const int64 = z.union([z.string().regex(/^-?\d+$/), z.int().transform(String)]).optional();

export const emptySchema = z.strictObject({});

const addressSchema = z.strictObject({
  kind: text,
  contactName: text,
  organizationName: text,
  addressLine1: text,
  addressLine2: text,
  addressLine3: text,
  locality: text,
  region: text,
  postalCode: text,
  countryCode: text,
});

export const customerSchema = z.strictObject({
  kind: text,
  customerId: text,
  customerDomain: text,
  customerType: z.enum(['customerTypeUnspecified', 'domain', 'team']).optional(),
  alternateEmail: text,
  postalAddress: addressSchema.optional(),
  phoneNumber: text,
  primaryAdmin: z.strictObject({ primaryEmail: text }).optional(),
  customerDomainVerified: flag,
  resourceUiUrl: text,
});

export const seatsSchema = z.strictObject({
  kind: text,
  numberOfSeats: int32,
  maximumNumberOfSeats: int32,
  licensedNumberOfSeats: int32,
});

export const renewalSettingsSchema = z.strictObject({ kind: text, renewalType: text });

export const changePlanSchema = z.strictObject({
  kind: text,
  planName: text,
  seats: seatsSchema.optional(),
  dealCode: text,
  purchaseOrderId: text,
});

export const subscriptionSchema = z.strictObject({
  kind: text,
  customerId: text,
  customerDomain: text,
  subscriptionId: text,
  skuId: text,
  skuName: text,
  billingMethod: text,
  creationTime: int64,
  plan: z
    .strictObject({
      planName: text,
      isCommitmentPlan: flag,
      commitmentInterval: z.strictObject({ startTime: int64, endTime: int64 }).optional(),
    })
    .optional(),
  seats: seatsSchema.optional(),
  trialSettings: z.strictObject({ isInTrial: flag, trialEndTime: int64 }).optional(),
  renewalSettings: renewalSettingsSchema.optional(),
  transferInfo: z
    .strictObject({
      transferabilityExpirationTime: int64,
      minimumTransferableSeats: int32,
      currentLegacySkuId: text,
    })
    .optional(),
  purchaseOrderId: text,
  dealCode: text,
  status: text,
  suspensionReasons: z.array(z.string()).optional(),
  resourceUiUrl: text,
});

export const subscriptionsSchema = z.strictObject({
  kind: text,
  subscriptions: z.array(subscriptionSchema).optional(),
  nextPageToken: text,
});

export const notifyResourceSchema = z.strictObject({ topicName: text });

export const watchDetailsSchema = z.strictObject({
  serviceAccountEmailAddresses: z.array(z.string()).optional(),
  topicName: text,
});

export type WireAddress = z.infer<typeof addressSchema>;
export type WireCustomer = z.infer<typeof customerSchema>;
export type WireSeats = z.infer<typeof seatsSchema>;
export type WireChangePlan = z.infer<typeof changePlanSchema>;
export type WireSubscription = z.infer<typeof subscriptionSchema>;
export type WireSubscriptions = z.infer<typeof subscriptionsSchema>;
