import type { PostalAddress } from './customer.ts';

/** A customer to order, or the changes of a customer: omitted fields keep their values. */
export interface CustomerInput {
  /** Required for an order; without `www.`. */
  readonly customerDomain?: string | undefined;
  /** `domain` (default) or `team`. The reseller API cannot change it later. */
  readonly customerType?: string | undefined;
  /** Required for a domain customer; must not be at `customerDomain`. */
  readonly alternateEmail?: string | undefined;
  /** Starts with + and the country code. The reseller API silently drops an invalid number. */
  readonly phoneNumber?: string | undefined;
  readonly postalAddress?: { readonly [K in keyof PostalAddress]?: string | undefined } | undefined;
  /** Required for a team customer; receives the verification email. */
  readonly primaryAdmin?: { readonly primaryEmail: string } | undefined;
}

/** Total seats: `numberOfSeats` for annual plans, `maximumNumberOfSeats` for all others. */
export interface SeatsInput {
  readonly numberOfSeats?: number | undefined;
  readonly maximumNumberOfSeats?: number | undefined;
}

/** A subscription to order. Plan names and renewal types are the reseller API's own values. */
export interface SubscriptionInput {
  readonly skuId: string;
  readonly planName: string;
  readonly seats: SeatsInput;
  /** Always set it for annual plans, because the default depends on the SKU. */
  readonly renewalType?: string | undefined;
  /** At most 80 characters; printed on the invoice. */
  readonly purchaseOrderId?: string | undefined;
  /** At most 100 characters. */
  readonly dealCode?: string | undefined;
}

/** The parameters of subscriptions.insert. */
export interface SubscriptionOrder {
  /** The customer's id or primary domain. */
  readonly customerId: string;
  readonly subscription: SubscriptionInput;
  /**
   * Omit it only for transfers. Without it, the reseller API guesses between a new subscription, an
   * upgrade and a transfer, and a wrong guess ends the old subscription.
   */
  readonly action?: 'buy' | 'switch' | undefined;
  /** The SKU to switch from; required for `switch`. */
  readonly sourceSkuId?: string | undefined;
  /** The customer's transfer token; required when another reseller or Google manages it. */
  readonly customerAuthToken?: string | undefined;
}

/** The current key of a subscription. Updates may change `subscriptionId`. */
export interface SubscriptionKey {
  readonly customerId: string;
  readonly subscriptionId: string;
}

/** Google Workspace SKUs allow only `transfer_to_direct`, all others only `cancel`. */
export type DeletionType = 'cancel' | 'transfer_to_direct';

export interface SubscriptionDeletion extends SubscriptionKey {
  readonly deletionType: DeletionType;
}

export interface PlanInput {
  readonly planName: string;
  /** Without fields, the number of seats stays the same. */
  readonly seats: SeatsInput;
  readonly dealCode?: string | undefined;
  readonly purchaseOrderId?: string | undefined;
}

/** The contact person of a billing customer. */
export interface CustomerPerson {
  readonly name?: string | null | undefined;
  readonly longname?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly postCode?: string | null | undefined;
  readonly postAddress?: string | null | undefined;
  readonly legalAddress?: string | null | undefined;
  readonly tin?: string | null | undefined;
}

/** A billing customer to create. */
export interface CustomerCreation {
  readonly resellerId: string;
  readonly name: string;
  readonly person: CustomerPerson;
}

/** A billing customer to invite. */
export interface CustomerInvitation extends CustomerCreation {
  readonly invitationEmail: string;
}
