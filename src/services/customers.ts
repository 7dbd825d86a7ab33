import type {
  BillingAccount,
  BillingCustomer,
  BillingCustomerKey,
  Customer,
  ResellerCustomer,
} from '../domain/customer.ts';
import { badInput, GatewayError } from '../domain/error.ts';
import type { CustomerInput } from '../domain/order.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { authorize } from './authorize.ts';
import type { Loaders } from './loaders.ts';
import type { RequestScope, ServiceSources } from './scope.ts';

/** The longest reseller or customer id of the billing API, in characters. */
const MAX_BILLING_ID = 50;

export interface CustomerService {
  /**
   * The customers that billing lists for a reseller.
   * @param resellerId null stands for the configured one
   */
  page(resellerId: string | null, page: PageRequest): Promise<Page<Customer>>;
  /** The reseller id that a missing one stands for. */
  resellerId(given: string | null | undefined): string;
  /** The customer behind a key, found where it is known; null when it is not known. */
  find(key: Customer): Promise<Customer | null>;
  /** The customer of a primary domain, or of a reseller customer id. */
  byDomainOrId(domainOrId: string): Promise<Customer | null>;
  /** The billing side; null when billing does not know the customer. */
  billing(customer: Customer): Promise<BillingCustomer | null>;
  /** The account of a billing customer. */
  account(customer: BillingCustomer): Promise<BillingAccount | null>;
  /** The reseller side; null when the reseller API does not know the customer. */
  reseller(customer: Customer): Promise<ResellerCustomer | null>;
  /** The key by which billing knows the customer, directly or by a link. */
  billingKey(customer: Customer): Promise<BillingCustomerKey | null>;
  /**
   * The key that a customer's one identity is made of: as `billingKey`, but while the links cannot be
   * read, the customer goes by the key that it was reached with.
   */
  identity(customer: Customer): Promise<Customer>;
  /** The id by which the reseller API knows the customer, directly or by a link. */
  resellerCustomerId(customer: Customer): Promise<string | null>;
  /**
   * Orders a customer of the reseller API.
   * @param customerAuthToken the customer's transfer token, when somebody else manages it
   */
  order(customer: CustomerInput, customerAuthToken: string | undefined): Promise<Customer>;
  /**
   * Changes what is given of the reseller half, or replaces the whole of it.
   * @throws GatewayError FAILED_PRECONDITION when the customer has no reseller half
   */
  update(customer: Customer, changes: CustomerInput, replace: boolean): Promise<Customer>;
  /** As `resellerCustomerId`, but it has to be there. */
  requireReseller(customer: Customer): Promise<string>;
  /**
   * Takes in a customer that an operation's response carried, so that it need not be looked for.
   * Null when neither the response nor the configuration names its reseller.
   */
  learn(customer: BillingCustomer): Customer | null;
  /** The customer that an operation names; null when it cannot be addressed. */
  named(key: BillingCustomerKey): Customer | null;
}

export function createCustomerService(
  { billing, reseller, customerIndex, defaultResellerId }: ServiceSources,
  loaders: Loaders,
  scope: RequestScope,
): CustomerService {
  function take(customer: BillingCustomer): Customer {
    const { resellerId, customerId } = customer;
    const key = { resellerId, customerId };
    customerIndex.learn([customer]);
    loaders.billingCustomer.prime(key, customer);
    return { billing: key, resellerCustomerId: null };
  }

  function named({ resellerId, customerId }: BillingCustomerKey): Customer | null {
    const reseller = resellerId || defaultResellerId;
    if (!reseller || customerId === '') return null;
    return { billing: { resellerId: reseller, customerId }, resellerCustomerId: null };
  }

  function learnReseller(customer: ResellerCustomer): Customer {
    const { customerId } = customer;
    // Whatever this request read of it before is older.
    loaders.resellerCustomer.clear(customerId).prime(customerId, customer);
    return { billing: null, resellerCustomerId: customerId };
  }

  async function billingKey(customer: Customer): Promise<BillingCustomerKey | null> {
    if (customer.billing || customer.resellerCustomerId === null) return customer.billing;
    const link = await loaders.linkByReseller.load(customer.resellerCustomerId);
    return link?.billing ?? null;
  }

  async function resellerCustomerId(customer: Customer): Promise<string | null> {
    if (customer.resellerCustomerId !== null || !customer.billing) {
      return customer.resellerCustomerId;
    }
    const link = await loaders.linkByBilling.load(customer.billing);
    return link?.resellerCustomerId ?? null;
  }

  return {
    named,
    learn(customer) {
      const known = named(customer)?.billing;
      return known ? take({ ...customer, ...known }) : null;
    },
    billingKey,
    resellerCustomerId,
    resellerId(given) {
      const resellerId = given ?? defaultResellerId;
      if (resellerId === null) {
        throw badInput('resellerId is needed: the gateway is configured with no default reseller.');
      }
      checkLength('resellerId', resellerId);
      return resellerId;
    },
    async page(given, page) {
      authorize(scope.viewer, 'READ');
      const { items, nextToken } = await billing.listCustomers(this.resellerId(given), page, scope);
      return { items: items.map(take), nextToken };
    },
    async find(key) {
      authorize(scope.viewer, 'READ');
      const [billingSide, resellerSide] = await Promise.all([
        billingKey(key),
        resellerCustomerId(key),
      ]);
      // A linked customer is known to exist, so that one dead backend does not hide the other's half.
      if (billingSide && resellerSide !== null) {
        return { billing: billingSide, resellerCustomerId: resellerSide };
      }
      if (billingSide) return (await loadBilling(billingSide)) && key;
      return resellerSide === null ? null : this.byDomainOrId(resellerSide);
    },
    async byDomainOrId(domainOrId) {
      authorize(scope.viewer, 'READ');
      const customer = await loaders.resellerCustomer.load(domainOrId);
      // A domain and an id are two addresses of one customer; the id is the one that stays.
      return customer && learnReseller(customer);
    },
    async billing(customer) {
      const key = await billingKey(customer);
      return key && loadBilling(key);
    },
    async account(customer) {
      if (customer.billingAccountId === '') return null;
      return loaders.billingAccount.load(customer.billingAccountId);
    },
    async identity(customer) {
      try {
        const key = await billingKey(customer);
        return key ? { billing: key, resellerCustomerId: customer.resellerCustomerId } : customer;
      } catch (error) {
        if (error instanceof GatewayError && error.code === 'UNAVAILABLE') return customer;
        throw error;
      }
    },
    async order(customer, customerAuthToken) {
      authorize(scope.viewer, 'WRITE');
      return learnReseller(await reseller.insertCustomer(customer, customerAuthToken, scope));
    },
    async update(customer, changes, replace) {
      authorize(scope.viewer, 'WRITE');
      const id = await this.requireReseller(customer);
      const write = replace ? reseller.updateCustomer : reseller.patchCustomer;
      learnReseller(await write(id, changes, scope));
      return customer;
    },
    async requireReseller(customer) {
      const id = await resellerCustomerId(customer);
      if (id !== null) return id;
      const message = 'This customer is not known to the reseller API: order or link it first.';
      throw new GatewayError('FAILED_PRECONDITION', message);
    },
    async reseller(customer) {
      const id = await resellerCustomerId(customer);
      return id === null ? null : loaders.resellerCustomer.load(id);
    },
  };

  async function loadBilling(key: BillingCustomerKey): Promise<BillingCustomer | null> {
    checkLength('resellerId', key.resellerId);
    checkLength('customerId', key.customerId);
    return loaders.billingCustomer.load(key);
  }
}

/** The billing API documents the bound; a longer id cannot be anybody's. */
function checkLength(name: string, id: string): void {
  if (id === '') throw badInput(`${name} must not be empty.`);
  if (id.length > MAX_BILLING_ID) {
    throw badInput(`${name} is longer than ${MAX_BILLING_ID} characters.`);
  }
}
