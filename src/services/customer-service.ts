import type {
  BillingAccount,
  BillingCustomer,
  BillingCustomerKey,
  Customer,
  ResellerCustomer,
} from '../domain/customer.ts';
import type { CustomerInput } from '../domain/order.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { WriteAnswer } from '../domain/write.ts';

/** Customers of both APIs, as the viewer of one request sees them. */
export interface CustomerService {
  /**
   * Lists a reseller's customers in the order of the billing API.
   * @param resellerId null for the configured reseller
   */
  page(resellerId: string | null, page: PageRequest): Promise<Page<Customer>>;
  /**
   * The given reseller id, or the configured one; for a tenant, its only one.
   * @throws GatewayError BAD_USER_INPUT when there is none or the id is invalid
   */
  resellerId(given: string | null | undefined): string;
  /** Looks a customer up; null when neither API has it. */
  find(key: Customer): Promise<Customer | null>;
  /** Looks a reseller customer up by primary domain or id; null when it does not exist. */
  byDomainOrId(domainOrId: string): Promise<Customer | null>;
  /** The customer in the billing API; null when it is not there. At once when a list had it. */
  billing(customer: Customer): BillingCustomer | null | Promise<BillingCustomer | null>;
  /** The account of a billing customer; null when it is not known or not found. */
  account(customer: BillingCustomer): Promise<BillingAccount | null>;
  /** The customer in the reseller API; null when it is not there. */
  reseller(customer: Customer): Promise<ResellerCustomer | null>;
  /**
   * The customer's own or linked billing key; null without either. The own one may be invisible, like
   * one that does not exist: check it, or restrict the query to the tenant.
   */
  billingKey(customer: Customer): Promise<BillingCustomerKey | null>;
  /**
   * The keys that the global id is built from: the billing key of `billingKey` when there is one.
   * While the links cannot be read, the keys that the customer was reached with. At once when the
   * customer has a billing key.
   */
  identity(customer: Customer): Customer | Promise<Customer>;
  /** The customer's primary domain; null when the reseller API does not return it. */
  domain(customer: Customer): Promise<string | null>;
  /** The customer's own or linked reseller customer id, to be checked like `billingKey`. */
  resellerCustomerId(customer: Customer): Promise<string | null>;
  /**
   * Orders a customer in the reseller API.
   * @param customerAuthToken the transfer token, when another reseller or Google manages it
   * @param linkTo the visible billing customer that the order is for
   * @throws GatewayError BAD_USER_INPUT without a domain; FORBIDDEN when the viewer would not see the
   *   customer; OutcomeUnknown when it may be ordered
   */
  order(
    customer: CustomerInput,
    customerAuthToken: string | undefined,
    idempotencyKey: string | null,
    linkTo?: BillingCustomerKey | null,
  ): Promise<WriteAnswer<Customer>>;
  /**
   * Updates the reseller customer: the given fields only, or all of them with `replace`.
   * @throws GatewayError FAILED_PRECONDITION when the customer is not in the reseller API;
   *   OutcomeUnknown when it may be updated
   */
  update(
    customer: Customer,
    changes: CustomerInput,
    replace: boolean,
    idempotencyKey: string | null,
  ): Promise<WriteAnswer<Customer>>;
  /**
   * As `resellerCustomerId`, to be sent to the API.
   * @throws GatewayError FAILED_PRECONDITION when the customer is not in the reseller API; NOT_FOUND
   *   when the viewer does not see it
   */
  requireReseller(customer: Customer): Promise<string>;
  /**
   * Caches a customer that an operation returned, so that no sweep is needed to find it.
   * @returns null when neither the operation nor the configuration names its reseller
   */
  rememberCustomer(customer: BillingCustomer): Customer | null;
  /**
   * The customer that an operation names, without looking it up.
   * @returns null when the customer id or the reseller is missing
   */
  fromBillingKey(key: BillingCustomerKey): Customer | null;
}
