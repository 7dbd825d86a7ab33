import {
  type BillingCustomer,
  type BillingCustomerKey,
  type Customer,
  type ResellerCustomer,
  requireBillingId,
} from '../domain/customer.ts';
import { badInput, GatewayError } from '../domain/error.ts';
import type { CustomerInput } from '../domain/order.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { WriteAnswer } from '../domain/write.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import { CustomerPage, FoundCustomer, ListedCustomer } from './known-customers.ts';
import { runWrite, type ServiceSources, type Viewed } from './scope.ts';

export type CustomerService = ReturnType<typeof createCustomerService>;

/** Customers of both APIs, as the viewer of one request sees them. */
export function createCustomerService(
  { billing, customerIndex, defaultResellerId, writes, portfolio }: ServiceSources,
  { access, loaders, resellerIds, scope }: Viewed,
) {
  /**
   * The customer that an operation names, without looking it up.
   * @returns null when the customer id or the reseller is missing
   */
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

  /**
   * The customer's own or linked billing key; null without either. The own one may be invisible, like
   * one that does not exist: check it, or restrict the query to the tenant.
   */
  async function billingKey(customer: Customer): Promise<BillingCustomerKey | null> {
    if (customer.billing || customer.resellerCustomerId === null) return customer.billing;
    const link = await loaders.linkByReseller.load(customer.resellerCustomerId);
    return link && access.seesReseller(link.billing.resellerId) ? link.billing : null;
  }

  /** The customer's own or linked reseller customer id, to be checked like `billingKey`. */
  async function resellerCustomerId(customer: Customer): Promise<string | null> {
    const { billing: key, resellerCustomerId: own } = customer;
    if (own !== null || !key) return own;
    if (!access.seesReseller(key.resellerId)) return null;
    if (customer instanceof ListedCustomer) {
      return (await loaders.linksOf(customer.page)).get(key.customerId) ?? null;
    }
    return (await loaders.linkByBilling.load(key))?.resellerCustomerId ?? null;
  }

  return {
    fromBillingKey,
    /**
     * Caches a customer that an operation returned, so that no sweep is needed to find it.
     * @returns null when neither the operation nor the configuration names its reseller
     */
    rememberCustomer(customer: BillingCustomer): Customer | null {
      const named = fromBillingKey(customer);
      if (!named?.billing) return null;
      const known = { ...customer, ...named.billing };
      customerIndex.learn([known]);
      loaders.billingCustomer.prime(named.billing, known);
      return named;
    },
    billingKey,
    resellerCustomerId,
    /**
     * The given reseller id, or the configured one; for a tenant, its only one.
     * @throws GatewayError BAD_USER_INPUT when there is none or the id is invalid
     */
    resellerId(given: string | null | undefined): string {
      const resellerId = given ?? access.defaultReseller(defaultResellerId);
      requireBillingId('resellerId', resellerId);
      return resellerId;
    },
    /**
     * Lists a reseller's customers in the order of the billing API.
     * @param given the reseller's id; null for the configured reseller
     */
    async page(given: string | null, page: PageRequest): Promise<Page<Customer>> {
      authorizeRead(scope.viewer);
      const resellerId = this.resellerId(given);
      access.requireReseller(resellerId);
      const { items, nextToken } = await billing.listCustomers(resellerId, page, scope);
      customerIndex.learn(items);
      return { items: new CustomerPage(items).customers, nextToken };
    },
    /** Looks a customer up; null when neither API has it. */
    async find(customer: Customer): Promise<Customer | null> {
      authorizeRead(scope.viewer);
      // A request names one of the keys, so that at most one of these waits.
      const key = customer.billing ?? (await billingKey(customer));
      const resellerId = customer.resellerCustomerId ?? (await resellerCustomerId(customer));
      // Linked customers exist in both APIs; without a lookup, one API's outage does not hide both.
      if (key && resellerId !== null) return { billing: key, resellerCustomerId: resellerId };
      if (key) return (await loadBilling(key)) && customer;
      return resellerId === null ? null : await byDomainOrId(resellerId, resellerId);
    },
    /** Looks a reseller customer up by primary domain or id; null when it does not exist. */
    byDomainOrId: (domainOrId: string) => byDomainOrId(domainOrId, null),
    /** The customer in the billing API; null when it is not there. At once when a list had it. */
    billing: (customer: Customer) =>
      customer instanceof ListedCustomer
        ? customer.billing
        : billingKey(customer).then((key) => key && loadBilling(key)),
    /** The account of a billing customer; null when it is not known or not found. */
    account: async ({ billingAccountId: id }: BillingCustomer) =>
      id === '' ? null : loaders.billingAccount.load(id),
    /**
     * The keys that the global id is built from: the billing key of `billingKey` when there is one.
     * While the links cannot be read, the keys that the customer was reached with. At once when the
     * keys are known.
     */
    identity(customer: Customer): Customer | Promise<Customer> {
      const isUnlinked = customer instanceof FoundCustomer && customer.isUnlinked;
      return customer.billing || isUnlinked ? customer : linkedIdentity(customer);
    },
    /**
     * Orders a customer in the reseller API.
     * @param customerAuthToken the transfer token, when another reseller or Google manages it
     * @param linkTo the visible billing customer that the order is for
     * @throws GatewayError BAD_USER_INPUT without a domain; FORBIDDEN when the viewer would not see the
     *   customer; OutcomeUnknown when it may be ordered
     */
    async order(
      { customerDomain, ...customer }: CustomerInput,
      customerAuthToken: string | undefined,
      idempotencyKey: string | null,
      linkTo: BillingCustomerKey | null = null,
    ): Promise<WriteAnswer<Customer>> {
      authorizeMutation(scope.viewer, 'orderCustomer');
      if (!customerDomain) throw badInput('customerDomain is required.');
      if (!linkTo) access.requireUnlinked();
      await resellerIds.requireFreeDomain(customerDomain, customerAuthToken !== undefined);
      const request = { customer: { customerDomain, ...customer }, customerAuthToken };
      // So that the record belongs to the tenant before the link exists.
      const owner = access.tenant ? linkTo : null;
      const spec = writes.reseller.orderCustomer(request, owner, linkTo);
      const answer = await runWrite(writes, spec, scope, idempotencyKey);
      return { ...answer, value: await keep(answer) };
    },
    /**
     * Updates the reseller customer: the given fields only, or all of them with `replace`.
     * @throws GatewayError FAILED_PRECONDITION when the customer is not in the reseller API;
     *   OutcomeUnknown when it may be updated
     */
    async update(
      customer: Customer,
      changes: CustomerInput,
      replace: boolean,
      idempotencyKey: string | null,
    ): Promise<WriteAnswer<Customer>> {
      authorizeMutation(scope.viewer, 'updateCustomer');
      const customerId = await this.requireReseller(customer);
      const { customerDomain } = changes;
      if (customerDomain) await resellerIds.requireFreeDomain(customerDomain, false);
      const spec = writes.reseller.updateCustomer({ customerId, changes, replace });
      try {
        const answer = await runWrite(writes, spec, scope, idempotencyKey);
        await keep(answer);
        return { ...answer, value: customer };
      } catch (error) {
        loaders.anyResellerCustomer.clear(customerId);
        loaders.resellerCustomer.clear(customerId);
        throw error;
      }
    },
    /**
     * As `resellerCustomerId`, to be sent to the API.
     * @throws GatewayError FAILED_PRECONDITION when the customer is not in the reseller API; NOT_FOUND
     *   when the viewer does not see it
     */
    async requireReseller(customer: Customer): Promise<string> {
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
    /** The customer's primary domain; null when the reseller API does not return it. */
    async domain(customer: Customer): Promise<string | null> {
      try {
        return (await this.reseller(customer))?.customerDomain ?? null;
      } catch (error) {
        if (error instanceof GatewayError) return null;
        throw error;
      }
    },
    /** The customer in the reseller API; null when it is not there. At once when it was looked up. */
    reseller: (customer: Customer) =>
      customer instanceof FoundCustomer ? customer.reseller : loadReseller(customer),
  };

  /** @param unlinked what no link names: an id, or a domain, whose customer can have a link */
  async function byDomainOrId(domainOrId: string, unlinked: string | null) {
    authorizeRead(scope.viewer);
    const customer = await loaders.resellerCustomer.load(domainOrId);
    // A customer can change its domain but not its id, which the loader has when it was given.
    if (customer && customer.customerId !== domainOrId) cacheResellerCustomer(customer);
    return customer && new FoundCustomer(customer, customer.customerId === unlinked);
  }

  async function loadReseller(customer: Customer): Promise<ResellerCustomer | null> {
    // A list calls this hundreds of times, and returning a promise takes two more than awaiting it.
    if (customer instanceof ListedCustomer) {
      const { page, billing } = customer;
      if (!access.seesReseller(billing.resellerId)) return null;
      const linked = (await loaders.linksOf(page)).get(billing.customerId);
      return linked === undefined ? null : await loaders.resellerCustomer.load(linked);
    }
    const id = await resellerCustomerId(customer);
    return id === null ? null : await loaders.resellerCustomer.load(id);
  }

  async function linkedIdentity(customer: Customer): Promise<Customer> {
    try {
      const key = await billingKey(customer);
      return key ? { ...customer, billing: key } : customer;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'UNAVAILABLE') return customer;
      throw error;
    }
  }

  /** Keeps the answer of a mutation in the portfolio and for this request. */
  async function keep({ value, write }: WriteAnswer<ResellerCustomer>): Promise<Customer> {
    await portfolio.written([{ type: 'reseller-customer', customer: value }], write.id);
    return cacheResellerCustomer(value);
  }

  async function loadBilling(key: BillingCustomerKey): Promise<BillingCustomer | null> {
    for (const name of ['resellerId', 'customerId'] as const) requireBillingId(name, key[name]);
    return loaders.billingCustomer.load(key);
  }
}
