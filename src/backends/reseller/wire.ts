import { z } from 'zod';

/*
 * The JSON of the reseller API. Only ids are required: any other field that is missing, null or of an
 * unexpected type becomes null, so that a vendor change affects one field rather than the whole
 * response. Unlisted fields are ignored.
 */

const INT32_MAX = 2 ** 31 - 1;
/** The latest time of a Date, in milliseconds. */
const MAX_TIME = 8.64e15;

/** Reads a missing or invalid value as null. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullable().catch(null);
}

const text = optional(z.string());
const flag = optional(z.boolean());

/** A JSON number or a string of digits. */
const integer = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);

/** The API documents int32 as a number, but one of its examples has a string. */
const int32 = optional(
  integer.refine((value) => Number.isInteger(value) && Math.abs(value) <= INT32_MAX),
);

/** int64 milliseconds since the epoch: a JSON string, or a number from lenient encoders. */
const time = optional(
  integer
    .refine((value) => Number.isInteger(value) && Math.abs(value) <= MAX_TIME)
    .transform((value) => new Date(value)),
);

/** The API omits empty arrays. */
const texts = z
  .array(z.unknown())
  .catch([])
  .transform((values) => values.filter((value) => typeof value === 'string'));

/** An id that can be sent back. Bytes that are not UTF-8 were decoded to U+FFFD. */
const id = z.union([
  z
    .string()
    .min(1)
    .refine((value) => value.isWellFormed() && !value.includes('\uFFFD')),
  z.number().int().transform(String),
]);

const address = z.object({
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

export const customerWire = z.object({
  kind: text,
  customerId: id,
  customerDomain: text,
  customerType: text,
  alternateEmail: text,
  phoneNumber: text,
  postalAddress: optional(address),
  primaryAdmin: optional(z.object({ primaryEmail: text })),
  customerDomainVerified: flag,
  resourceUiUrl: text,
});

const plan = z.object({
  planName: text,
  isCommitmentPlan: flag,
  commitmentInterval: optional(z.object({ startTime: time, endTime: time })),
});

const seats = z.object({
  numberOfSeats: int32,
  maximumNumberOfSeats: int32,
  licensedNumberOfSeats: int32,
});

const transferInfo = z.object({
  transferabilityExpirationTime: time,
  minimumTransferableSeats: int32,
  currentLegacySkuId: text,
});

export const subscriptionWire = z.object({
  kind: text,
  customerId: id,
  customerDomain: text,
  subscriptionId: id,
  skuId: id,
  skuName: text,
  billingMethod: text,
  creationTime: time,
  plan: optional(plan),
  seats: optional(seats),
  trialSettings: optional(z.object({ isInTrial: flag, trialEndTime: time })),
  renewalSettings: optional(z.object({ renewalType: text })),
  transferInfo: optional(transferInfo),
  purchaseOrderId: text,
  dealCode: text,
  status: text,
  suspensionReasons: texts,
  resourceUiUrl: text,
});
export type SubscriptionWire = z.infer<typeof subscriptionWire>;

/** Each item is parsed separately, so that an invalid one is skipped alone. */
export const subscriptionsWire = z.object({
  subscriptions: z.array(z.unknown()).nullish(),
  nextPageToken: z.string().nullish(),
});

export const watchDetailsWire = z.object({
  serviceAccountEmailAddresses: texts,
  topicName: text,
});

export const watchWire = z.object({ topicName: text });
