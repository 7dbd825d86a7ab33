import type { BillingCustomerKey, ResellerCustomer } from './customer.ts';
import type { ResellerSubscription } from './subscription.ts';

/** How the gateway learned of a change. */
export type ChangeSource = 'SWEEP' | 'NOTIFICATION' | 'MUTATION' | 'READ';

/** A subscription as last observed. Vendor enums are the reseller API's own strings. */
export interface PortfolioSubscription {
  readonly customerId: string;
  readonly skuId: string;
  /** The current id when it was observed; updates change it. */
  readonly subscriptionId: string;
  readonly customerDomain: string | null;
  readonly organizationName: string | null;
  readonly skuName: string | null;
  readonly productId: string | null;
  readonly status: string | null;
  readonly suspensionReasons: readonly string[];
  readonly planName: string | null;
  readonly renewalType: string | null;
  /** The end of an annual commitment. */
  readonly renewsAt: Date | null;
  /** Null unless the subscription is in trial. */
  readonly trialEndsAt: Date | null;
  readonly createdAt: Date | null;
  readonly seats: number | null;
  readonly licensedSeats: number | null;
  readonly freeSeats: number | null;
  readonly countryCode: string | null;
  readonly accountName: string | null;
  readonly accountActive: boolean | null;
  readonly linked: boolean;
  readonly gone: boolean;
  readonly observedAt: Date;
}

/** A customer of either API, or of both when linked, as last observed. */
export interface PortfolioCustomer {
  readonly billing: BillingCustomerKey | null;
  readonly resellerCustomerId: string | null;
  readonly customerDomain: string | null;
  readonly organizationName: string | null;
  readonly countryCode: string | null;
  readonly accountName: string | null;
  readonly accountActive: boolean | null;
  readonly currency: string | null;
  /** Subscriptions that are not gone, and their seats. */
  readonly subscriptionCount: number;
  readonly seats: number;
  readonly licensedSeats: number;
  readonly gone: boolean;
  readonly observedAt: Date;
}

/** A difference between two observations of a row. */
export interface PortfolioChange {
  /** Strictly increasing, in the order in which changes were stored. */
  readonly sequence: number;
  readonly at: Date;
  /** A property of `PortfolioSubscription`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly source: ChangeSource;
  /** The audit entry of the mutation that caused the change; null when it is not known. */
  readonly writeId: string | null;
  /** The row as it is now. */
  readonly subscription: PortfolioSubscription;
}

/** What the gateway learned about one object. */
export type Observed =
  | {
      readonly type: 'subscription';
      readonly subscription: ResellerSubscription;
      /** Whether all subscriptions of the customer were read, so that this one owns its SKU. */
      readonly isOwner: boolean;
    }
  /** An individual read showed that the subscription no longer exists. */
  | { readonly type: 'subscription-gone'; readonly customerId: string; readonly skuId: string }
  | { readonly type: 'reseller-customer'; readonly customer: ResellerCustomer }
  | { readonly type: 'reseller-customer-gone'; readonly customerId: string }
  | {
      readonly type: 'billing-customer';
      readonly key: BillingCustomerKey;
      readonly accountId: string;
    }
  | { readonly type: 'billing-customer-gone'; readonly key: BillingCustomerKey }
  | {
      readonly type: 'account';
      readonly accountId: string;
      readonly name: string;
      readonly active: boolean;
      readonly currency: string;
      readonly countryCode: string;
    };

export interface Observation {
  readonly observed: Observed;
  /**
   * Milliseconds since the epoch: when the read began, or when the mutation was answered. An
   * observation never replaces one with a later time.
   */
  readonly at: number;
  readonly source: ChangeSource;
  readonly writeId?: string | undefined;
}

/** Counts and seats of the subscriptions that match a filter. */
export interface PortfolioSummary {
  readonly count: number;
  readonly seats: number;
  readonly licensedSeats: number;
  readonly freeSeats: number;
  readonly groups: readonly SummaryGroup[];
}

/** The subscriptions that have these values in common. */
export interface SummaryGroup {
  readonly status: string | null;
  readonly planName: string | null;
  readonly skuId: string;
  readonly suspensionReasons: readonly string[];
  readonly count: number;
}

export type SweepPhase = 'OFF' | 'IDLE' | 'SUBSCRIPTIONS' | 'CUSTOMERS' | 'VERIFYING';

/** Where the sweep is. Times are by the database's clock. */
export interface SweepStatus {
  readonly phase: SweepPhase;
  /** When the sweep that is running began; null when none is. */
  readonly startedAt: Date | null;
  /** When the last whole sweep began and ended; null before the first. */
  readonly asOf: Date | null;
  readonly finishedAt: Date | null;
}
