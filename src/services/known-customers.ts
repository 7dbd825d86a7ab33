import type { BillingCustomer, Customer, ResellerCustomer } from '../domain/customer.ts';

/** The customers of one page of a list. What all of them need is found once, for the whole page. */
export class CustomerPage {
  readonly customers: readonly ListedCustomer[];
  /** The reseller customer ids of the links, by billing customer id; null before they are needed. */
  links: Promise<ReadonlyMap<string, string>> | null = null;
  /** The global ids, in the order of the customers; null before they are needed. */
  globalIds: readonly string[] | null = null;

  /** @param customers all of one reseller */
  constructor(customers: readonly BillingCustomer[]) {
    this.customers = customers.map((customer, index) => new ListedCustomer(customer, this, index));
  }
}

/** A customer of a list, with what the list has of it: its fields need no lookup. */
export class ListedCustomer implements Customer {
  readonly billing: BillingCustomer;
  readonly resellerCustomerId = null;
  readonly page: CustomerPage;
  /** Its place in the page. */
  readonly index: number;

  constructor(billing: BillingCustomer, page: CustomerPage, index: number) {
    this.billing = billing;
    this.page = page;
    this.index = index;
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
