import {
  type BillingCustomer,
  type BillingCustomerKey,
  type Customer,
  MAX_BILLING_ID,
  type ResellerCustomer,
} from '../domain/customer.ts';
import { badInput, GatewayError } from '../domain/error.ts';
import type { WriteAnswer } from '../domain/write.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import type { CustomerService } from './customer-service.ts';
import { runWrite, type ServiceSources, type Viewed } from './scope.ts';

export function createCustomerService(
  { billing, customerIndex, defaultResellerId, writes, portfolio }: ServiceSources,
  { access, loaders, resellerIds, scope }: Viewed,
): CustomerService {
  const { viewer } = scope;
  function cacheBillingCustomer(customer: BillingCustomer): Customer {
    const { resellerId, customerId } = customer;
    const key = { resellerId, customerId };
    customerIndex.learn([customer]);
    loaders.billingCustomer.prime(key, customer);
    return { billing: key, resellerCustomerId: null };
  }

  /** The customers of a page of one reseller. */
  function cachePage(customers: readonly BillingCustomer[]): Customer[] {
    customerIndex.learn(customers);
    return customers.map((customer) => new ListedCustomer(customer));
  }

  function fromBillingKey({ resellerId, customerId }: BillingCustomerKey): Customer | null {
    // A tenant's operation that names no reseller need not be about the configured one.
    const reseller = resellerId || (access.tenant ? null : defaultResellerId);
    if (!reseller || customerId === '' || !access.seesReseller(reseller)) return null;
    return { billing: { resellerId: reseller, customerId }, resellerCustomerId: null };
  }

  function cacheResellerCustomer(customer: ResellerCustomer): Customer {
    const { customerId } = customer;
    resellerIds.learn([customerId]);
    // Replaces what this request read before a change.
    loaders.resellerCustomer.clear(customerId).prime(customerId, customer);
    return { billing: null, resellerCustomerId: customerId };
  }

  async function billingKey(customer: Customer): Promise<BillingCustomerKey | null> {
    if (customer.billing || customer.resellerCustomerId === null) return customer.billing;
    const link = await loaders.linkByReseller.load(customer.resellerCustomerId);
    return link && access.seesReseller(link.billing.resellerId) ? link.billing : null;
  }

  async function resellerCustomerId(customer: Customer): Promise<string | null> {
    if (customer.resellerCustomerId !== null || !customer.billing) {
      return customer.resellerCustomerId;
    }
    if (!access.seesReseller(customer.billing.resellerId)) return null;
    const link = await loaders.linkByBilling.load(customer.billing);
    return link?.resellerCustomerId ?? null;
  }

  return {
    fromBillingKey,
    rememberCustomer(customer) {
      const key = fromBillingKey(customer)?.billing;
      return key ? cacheBillingCustomer({ ...customer, ...key }) : null;
    },
    billingKey,
    resellerCustomerId,
    resellerId(given) {
      const resellerId = given ?? access.defaultReseller(defaultResellerId);
      checkLength('resellerId', resellerId);
      return resellerId;
    },
    async page(given, page) {
      authorizeRead(viewer);
      const resellerId = this.resellerId(given);
      access.requireReseller(resellerId);
      const { items, nextToken } = await billing.listCustomers(resellerId, page, scope);
      return { items: cachePage(items), nextToken };
    },
    async find(customer) {
      authorizeRead(viewer);
      // A request names one of the keys, so that at most one of these waits.
      const key = customer.billing ?? (await billingKey(customer));
      const resellerId = customer.resellerCustomerId ?? (await resellerCustomerId(customer));
      // Linked customers exist in both APIs; without a lookup, one API's outage does not hide both.
      if (key && resellerId !== null) return { billing: key, resellerCustomerId: resellerId };
      if (key) return (await loadBilling(key)) && customer;
      return resellerId === null ? null : this.byDomainOrId(resellerId);
    },
    async byDomainOrId(domainOrId) {
      authorizeRead(viewer);
      const customer = await loaders.resellerCustomer.load(domainOrId);
      // A customer can change its domain but not its id.
      return customer && cacheResellerCustomer(customer);
    },
    billing: (customer) =>
      customer instanceof ListedCustomer ? customer.billing : findBilling(customer),
    async account(customer) {
      if (customer.billingAccountId === '') return null;
      return loaders.billingAccount.load(customer.billingAccountId);
    },
    identity(customer) {
      return customer.billing ? customer : linkedIdentity(customer);
    },
    async order({ customerDomain, ...customer }, customerAuthToken, idempotencyKey, linkTo = null) {
      authorizeMutation(viewer, 'orderCustomer');
      if (!customerDomain) throw badInput('customerDomain is required.');
      if (!linkTo) access.requireUnlinked();
      await resellerIds.requireFreeDomain(customerDomain, customerAuthToken !== undefined);
      const request = { customer: { customerDomain, ...customer }, customerAuthToken };
      // So that the record belongs to the tenant before the link exists.
      const owner = access.tenant ? linkTo : null;
      const spec = writes.reseller.orderCustomer(request, owner, linkTo);
      const answer = await runWrite(writes, spec, scope, idempotencyKey);
      await keep(answer);
      return { ...answer, value: cacheResellerCustomer(answer.value) };
    },
    async update(customer, changes, replace, idempotencyKey) {
      authorizeMutation(viewer, 'updateCustomer');
      const customerId = await this.requireReseller(customer);
      const { customerDomain } = changes;
      if (customerDomain) await resellerIds.requireFreeDomain(customerDomain, false);
      const spec = writes.reseller.updateCustomer({ customerId, changes, replace });
      try {
        const answer = await runWrite(writes, spec, scope, idempotencyKey);
        await keep(answer);
        cacheResellerCustomer(answer.value);
        return { ...answer, value: customer };
      } catch (error) {
        loaders.anyResellerCustomer.clear(customerId);
        loaders.resellerCustomer.clear(customerId);
        throw error;
      }
    },
    async requireReseller(customer) {
      const given = await resellerCustomerId(customer);
      if (given === null) {
        const message =
          'The customer is not in the reseller API. Use orderCustomer or linkCustomer first.';
        throw new GatewayError('FAILED_PRECONDITION', message);
      }
      const id = await resellerIds.resolve(given);
      if (id !== null) return id;
      throw new GatewayError('NOT_FOUND', 'The customer was not found in the reseller API.');
    },
    async domain(customer) {
      try {
        return (await this.reseller(customer))?.customerDomain ?? null;
      } catch (error) {
        if (error instanceof GatewayError) return null;
        throw error;
      }
    },
    async reseller(customer) {
      // Lists have hundreds of customers, so without a function that would be awaited for each.
      const { billing: key, resellerCustomerId: own } = customer;
      if (own !== null) return loaders.resellerCustomer.load(own);
      if (!key || !access.seesReseller(key.resellerId)) return null;
      const link = await loaders.linkByBilling.load(key);
      return link && loaders.resellerCustomer.load(link.resellerCustomerId);
    },
  };

  /** Keeps the answer of a mutation in the portfolio. */
  async function keep({ value, write }: WriteAnswer<ResellerCustomer>): Promise<void> {
    await portfolio.written([{ type: 'reseller-customer', customer: value }], write.id);
  }

  async function findBilling(customer: Customer): Promise<BillingCustomer | null> {
    const key = await billingKey(customer);
    return key && loadBilling(key);
  }

  async function linkedIdentity(customer: Customer): Promise<Customer> {
    try {
      const key = await billingKey(customer);
      return key ? { billing: key, resellerCustomerId: customer.resellerCustomerId } : customer;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'UNAVAILABLE') return customer;
      throw error;
    }
  }

  async function loadBilling(key: BillingCustomerKey): Promise<BillingCustomer | null> {
    checkLength('resellerId', key.resellerId);
    checkLength('customerId', key.customerId);
    return loaders.billingCustomer.load(key);
  }
}

/** A customer of a list, with what the list has of it: its fields need no lookup. */
class ListedCustomer implements Customer {
  readonly billing: BillingCustomer;
  readonly resellerCustomerId = null;

  constructor(billing: BillingCustomer) {
    this.billing = billing;
  }
}

/** No id of the billing API is longer, so a longer one needs no call. */
function checkLength(name: string, id: string): void {
  if (id === '') throw badInput(`${name} must not be empty.`);
  if (id.length > MAX_BILLING_ID) {
    throw badInput(`${name} must be at most ${MAX_BILLING_ID} characters long.`);
  }
}
