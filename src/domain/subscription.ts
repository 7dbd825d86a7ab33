/** The largest page of the reseller API's subscriptions.list. */
export const MAX_SUBSCRIPTIONS_PAGE = 100;

/**
 * A subscription of the reseller API. Names are the vendor's; the vendor's word lists (plan names,
 * statuses, ...) are open sets and stay strings here.
 */
export interface ResellerSubscription {
  readonly kind: string | null;
  readonly customerId: string;
  readonly customerDomain: string | null;
  /** Unique per customer only, and it changes when the subscription is updated: never a key. */
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly skuName: string | null;
  readonly billingMethod: string | null;
  readonly creationTime: Date | null;
  readonly plan: SubscriptionPlan | null;
  readonly seats: SubscriptionSeats | null;
  /** Null when the subscription never was a trial. */
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
  /** `ANNUAL_MONTHLY_PAY` is answered as `ANNUAL`. */
  readonly planName: string | null;
  readonly isCommitmentPlan: boolean | null;
  /** Annual plans only, and not when billed offline. */
  readonly commitmentInterval: {
    readonly startTime: Date | null;
    readonly endTime: Date | null;
  } | null;
}

export interface SubscriptionSeats {
  /** Annual plans. */
  readonly numberOfSeats: number | null;
  /** Flexible, trial and free plans. */
  readonly maximumNumberOfSeats: number | null;
  readonly licensedNumberOfSeats: number | null;
}

export interface TrialSettings {
  readonly isInTrial: boolean;
  /** May be past, with `isInTrial` false. */
  readonly trialEndTime: Date | null;
}

export interface TransferInfo {
  readonly transferabilityExpirationTime: Date | null;
  readonly minimumTransferableSeats: number | null;
  /** The SKU really held, when `skuId` shows the recommended target. */
  readonly currentLegacySkuId: string | null;
}

/** What a list of subscriptions is narrowed to; the vendor wants the same filter on every page. */
export interface SubscriptionFilter {
  /** Id or primary domain. */
  readonly customerId?: string | undefined;
  /** Start of the customer's domain name. */
  readonly customerNamePrefix?: string | undefined;
  /** Transfer token: lists what a customer of another reseller could transfer. */
  readonly customerAuthToken?: string | undefined;
}
