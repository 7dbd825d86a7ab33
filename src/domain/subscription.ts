/** The largest page size of the reseller API's subscriptions.list. */
export const MAX_SUBSCRIPTIONS_PAGE = 100;

/**
 * A subscription as the reseller API returns it. Plan names, statuses and the like are strings
 * because Google may add values at any time.
 */
export interface ResellerSubscription {
  readonly kind: string | null;
  readonly customerId: string;
  readonly customerDomain: string | null;
  /** Unique within the customer only, and changed by updates; never use it as a key. */
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly skuName: string | null;
  readonly billingMethod: string | null;
  readonly creationTime: Date | null;
  readonly plan: SubscriptionPlan | null;
  readonly seats: SubscriptionSeats | null;
  /** Null when there was no trial. */
  readonly trialSettings: TrialSettings | null;
  readonly renewalSettings: { readonly renewalType: string | null } | null;
  readonly transferInfo: TransferInfo | null;
  readonly purchaseOrderId: string | null;
  readonly dealCode: string | null;
  readonly status: string | null;
  readonly suspensionReasons: readonly string[];
  readonly resourceUiUrl: string | null;
}

export interface SubscriptionPlan {
  /** The reseller API returns `ANNUAL_MONTHLY_PAY` as `ANNUAL`. */
  readonly planName: string | null;
  readonly isCommitmentPlan: boolean | null;
  /** Null for plans other than annual and when billed offline. */
  readonly commitmentInterval: {
    readonly startTime: Date | null;
    readonly endTime: Date | null;
  } | null;
}

export interface SubscriptionSeats {
  /** Set for annual plans. */
  readonly numberOfSeats: number | null;
  /** Set for flexible, trial and free plans. */
  readonly maximumNumberOfSeats: number | null;
  readonly licensedNumberOfSeats: number | null;
}

export interface TrialSettings {
  readonly isInTrial: boolean;
  /** In the past when `isInTrial` is false. */
  readonly trialEndTime: Date | null;
}

export interface TransferInfo {
  readonly transferabilityExpirationTime: Date | null;
  readonly minimumTransferableSeats: number | null;
  /** The SKU that the customer has, when `skuId` is a recommended replacement. */
  readonly currentLegacySkuId: string | null;
}

/** The filter of subscriptions.list; every page of a list needs the same filter. */
export interface SubscriptionFilter {
  /** The customer's id or primary domain. */
  readonly customerId?: string | undefined;
  /** A prefix of the customer's domain. */
  readonly customerNamePrefix?: string | undefined;
  /** A customer's transfer token: lists the subscriptions that can be transferred. */
  readonly customerAuthToken?: string | undefined;
}
