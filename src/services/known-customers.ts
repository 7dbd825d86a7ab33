import type { BillingCustomer, Customer, ResellerCustomer } from '../domain/customer.ts';

/** A customer of a list, with what the list has of it: its fields need no lookup. */
export class ListedCustomer implements Customer {
  readonly billing: BillingCustomer;
  readonly resellerCustomerId = null;

  constructor(billing: BillingCustomer) {
    this.billing = billing;
  }
}

/** A customer that was looked up in the reseller API, with the answer. */
export class FoundCustomer implements Customer {
  readonly billing = null;
  readonly resellerCustomerId: string;
  readonly reseller: ResellerCustomer;
  /** Whether it is known to have no link. */
  readonly isUnlinked: boolean;

  constructor(reseller: ResellerCustomer, isUnlinked: boolean) {
    this.resellerCustomerId = reseller.customerId;
    this.reseller = reseller;
    this.isUnlinked = isUnlinked;
  }
}
