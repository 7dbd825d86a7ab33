import type { PostalAddress } from './customer.ts';

/** A customer to order, or what to change of one: a field left out is left as it is. */
export interface CustomerInput {
  /** Needed when ordering; without `www.`. */
  readonly customerDomain?: string | undefined;
  /** `domain` (default) or `team`; cannot be changed later. */
  readonly customerType?: string | undefined;
  /** Needed for a domain customer; not at `customerDomain`. */
  readonly alternateEmail?: string | undefined;
  /** `+` and the country code first. The vendor drops an invalid number without an error. */
  readonly phoneNumber?: string | undefined;
  readonly postalAddress?: { readonly [K in keyof PostalAddress]?: string | undefined } | undefined;
  /** Needed for a team customer: gets the verification mail. */
  readonly primaryAdmin?: { readonly primaryEmail: string } | undefined;
}

/** Seats as a total, never a difference: the first for annual plans, the second for all others. */
export interface SeatsInput {
  readonly numberOfSeats?: number | undefined;
  readonly maximumNumberOfSeats?: number | undefined;
}

/** A subscription to order. Plan names and renewal types are the vendor's words. */
export interface SubscriptionInput {
  readonly skuId: string;
  readonly planName: string;
  readonly seats: SeatsInput;
  /** Annual plans: always give it, the vendor's default differs per SKU. */
  readonly renewalType?: string | undefined;
  /** At most 80 characters; printed on the invoice. */
  readonly purchaseOrderId?: string | undefined;
  /** At most 100 characters. */
  readonly dealCode?: string | undefined;
}

/** One subscriptions.insert. */
export interface SubscriptionOrder {
  /** Id or primary domain. */
  readonly customerId: string;
  readonly subscription: SubscriptionInput;
  /**
   * Left out, the vendor guesses between a new subscription, an upgrade and a transfer, and a wrong
   * guess ends the old subscription. Leave it out only for transfers.
   */
  readonly action?: 'buy' | 'switch' | undefined;
  /** The SKU to leave; needed with `switch`. */
  readonly sourceSkuId?: string | undefined;
  /** The customer's transfer token, when another reseller or the vendor manages the customer. */
  readonly customerAuthToken?: string | undefined;
}

/** Where a subscription is now: the subscription id changes over its life. */
export interface SubscriptionKey {
  readonly customerId: string;
  readonly subscriptionId: string;
}

/** Workspace SKUs allow only `transfer_to_direct`, all others only `cancel`. */
export type DeletionType = 'cancel' | 'transfer_to_direct';

export interface SubscriptionDeletion extends SubscriptionKey {
  readonly deletionType: DeletionType;
}

export interface PlanInput {
  readonly planName: string;
  readonly seats: SeatsInput;
  readonly dealCode?: string | undefined;
  readonly purchaseOrderId?: string | undefined;
}

/** The person behind a billing customer, by the vendor's own fields; all optional. */
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

/** A billing customer to make. */
export interface CustomerCreation {
  readonly resellerId: string;
  readonly name: string;
  readonly person: CustomerPerson;
}

/** A billing customer to invite. */
export interface CustomerInvitation extends CustomerCreation {
  readonly invitationEmail: string;
}
