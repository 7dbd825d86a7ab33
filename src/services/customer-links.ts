import type { BillingCustomerKey, Customer, CustomerLink } from '../domain/customer.ts';
import { linkConflict } from '../domain/customer-link.ts';
import { GatewayError } from '../domain/error.ts';
import type { CustomerInput } from '../domain/order.ts';
import { authorize } from './authorize.ts';
import type { CustomerService } from './customers.ts';
import type { Loaders } from './loaders.ts';
import type { RequestScope, ServiceSources } from './scope.ts';

/** Says which billing customer is which reseller customer. */
export interface CustomerLinkService {
  /**
   * Makes one of two customers; saying it again changes nothing.
   * @param domainOrId primary domain or id of the reseller customer
   * @throws GatewayError NOT_FOUND when either backend does not know its customer; CONFLICT when
   *   either is linked to another
   */
  link(billing: BillingCustomerKey, domainOrId: string): Promise<Customer>;
  /**
   * Makes two customers of one. Gives the billing one, which keeps its identity.
   * @throws GatewayError FAILED_PRECONDITION when the customer is not linked
   */
  unlink(customer: Customer): Promise<Customer>;
  /**
   * Orders a reseller customer that is this billing customer. Nothing is ordered when that cannot be.
   * @throws GatewayError as `link` does
   */
  order(
    customer: CustomerInput,
    customerAuthToken: string | undefined,
    linkTo: BillingCustomerKey,
  ): Promise<Customer>;
  /**
   * The id of a reseller customer that a link is to be made to.
   * @throws GatewayError NOT_FOUND when the reseller API does not know it
   */
  resellerIdOf(domainOrId: string): Promise<string>;
  /** @throws GatewayError CONFLICT when the reseller customer is linked */
  requireUnlinked(resellerCustomerId: string): Promise<void>;
}

export function createCustomerLinkService(
  { links }: ServiceSources,
  loaders: Loaders,
  customers: CustomerService,
  scope: RequestScope,
): CustomerLinkService {
  async function requireBilling(billing: BillingCustomerKey): Promise<void> {
    if (await customers.billing({ billing, resellerCustomerId: null })) return;
    throw new GatewayError('NOT_FOUND', 'Billing does not know this customer.');
  }

  async function keep(link: CustomerLink): Promise<Customer> {
    await links.link(link);
    remember(link, link);
    return link;
  }

  /** What this request read of it before is older. */
  function remember({ billing, resellerCustomerId }: CustomerLink, now: CustomerLink | null): void {
    loaders.linkByBilling.clear(billing).prime(billing, now);
    loaders.linkByReseller.clear(resellerCustomerId).prime(resellerCustomerId, now);
  }

  return {
    async link(billing, domainOrId) {
      authorize(scope.viewer, 'WRITE');
      const [resellerCustomerId] = await Promise.all([
        this.resellerIdOf(domainOrId),
        requireBilling(billing),
      ]);
      return keep({ billing, resellerCustomerId });
    },
    async unlink(customer) {
      authorize(scope.viewer, 'WRITE');
      const [billing, resellerCustomerId] = await Promise.all([
        customers.billingKey(customer),
        customers.resellerCustomerId(customer),
      ]);
      const link = billing && resellerCustomerId !== null && { billing, resellerCustomerId };
      if (!link || !(await links.unlink(link))) {
        throw new GatewayError('FAILED_PRECONDITION', 'This customer is not linked.');
      }
      remember(link, null);
      return { billing, resellerCustomerId: null };
    },
    async order(customer, customerAuthToken, billing) {
      authorize(scope.viewer, 'WRITE');
      const [rival] = await Promise.all([
        loaders.linkByBilling.load(billing),
        requireBilling(billing),
      ]);
      if (rival) throw linkConflict(rival, 'billing');
      const ordered = await customers.order(customer, customerAuthToken);
      const customerId = await customers.requireReseller(ordered);
      try {
        return await keep({ billing, resellerCustomerId: customerId });
      } catch (cause) {
        // Whatever failed, ordering again would not mend it.
        const isConflict = cause instanceof GatewayError && cause.code === 'CONFLICT';
        const code = isConflict ? 'CONFLICT' : 'FAILED_PRECONDITION';
        const message = `The customer was ordered as ${customerId}, but could not be linked: link it with linkCustomer.`;
        throw new GatewayError(code, message, { cause });
      }
    },
    async resellerIdOf(domainOrId) {
      const known = await loaders.resellerCustomer.load(domainOrId);
      if (known) return known.customerId;
      throw new GatewayError('NOT_FOUND', 'The reseller API does not know this customer.');
    },
    async requireUnlinked(id) {
      const rival = await loaders.linkByReseller.load(id);
      if (rival) throw linkConflict(rival, 'reseller');
    },
  };
}
