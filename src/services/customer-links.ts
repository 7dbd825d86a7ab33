import type { BillingCustomerKey, Customer, CustomerLink } from '../domain/customer.ts';
import { linkConflict } from '../domain/customer-link.ts';
import { GatewayError } from '../domain/error.ts';
import type { CustomerInput } from '../domain/order.ts';
import { type Plan, PlanDraft } from '../domain/plan.ts';
import type { WriteAnswer } from '../domain/write.ts';
import { authorizeMutation } from './authorize.ts';
import type { CustomerService } from './customers.ts';
import { endDryRun, type ServiceSources, type Viewed } from './scope.ts';

export type CustomerLinkService = ReturnType<typeof createCustomerLinkService>;

/** Links billing customers to reseller customers. */
export function createCustomerLinkService(
  { links }: ServiceSources,
  { access, loaders, scope }: Viewed,
  customers: CustomerService,
) {
  const { viewer } = scope;

  /** @throws GatewayError NOT_FOUND when the billing customer does not exist */
  async function requireBilling(billing: BillingCustomerKey): Promise<void> {
    if (await customers.billing({ billing, resellerCustomerId: null })) return;
    throw new GatewayError('NOT_FOUND', 'The customer was not found in the billing API.');
  }

  async function saveLink(link: CustomerLink): Promise<Customer> {
    await links.link(link).catch(async (error: unknown) => {
      loaders.linkByReseller.clear(link.resellerCustomerId);
      throw (await isRivalVisible(link)) ? error : notFound();
    });
    primeLoaders(link, link);
    return link;
  }

  /** The other link of the billing customer is visible; that of the reseller customer may not be. */
  async function isRivalVisible({ resellerCustomerId }: CustomerLink): Promise<boolean> {
    if (!access.tenant) return true;
    const rival = await loaders.linkByReseller.load(resellerCustomerId);
    return !rival || access.seesReseller(rival.billing.resellerId);
  }

  /** @throws GatewayError as `saveLink` does */
  async function planLink(link: CustomerLink): Promise<Plan> {
    const [present, rival] = await Promise.all([
      loaders.linkByBilling.load(link.billing),
      loaders.linkByReseller.load(link.resellerCustomerId),
    ]);
    const isSame = present?.resellerCustomerId === link.resellerCustomerId;
    if (!isSame && !(await isRivalVisible(link))) throw notFound();
    if (present && !isSame) throw linkConflict(present, 'billing');
    if (rival && !isSame) throw linkConflict(rival, 'reseller');
    return planOfLink(link, isSame ? link.resellerCustomerId : null, link.resellerCustomerId);
  }

  /** @throws GatewayError FAILED_PRECONDITION when the link does not exist */
  async function planUnlink(link: CustomerLink): Promise<Plan> {
    const present = await loaders.linkByBilling.load(link.billing);
    if (present?.resellerCustomerId !== link.resellerCustomerId) throw notLinked();
    return planOfLink(link, link.resellerCustomerId, null);
  }

  /** Replaces what this request read before the change. */
  function primeLoaders(
    { billing, resellerCustomerId }: CustomerLink,
    now: CustomerLink | null,
  ): void {
    loaders.linkByBilling.clear(billing).prime(billing, now);
    loaders.linkByReseller.clear(resellerCustomerId).prime(resellerCustomerId, now);
  }

  /** Whether a link is to the customer that is ordered: the same order may have made it before. */
  async function isOf(
    { resellerCustomerId }: CustomerLink,
    { customerDomain }: CustomerInput,
  ): Promise<boolean> {
    const linked = await loaders.resellerCustomer.load(resellerCustomerId);
    return linked?.customerDomain?.toLowerCase() === customerDomain?.toLowerCase();
  }

  return {
    requireBilling,
    /**
     * Links two customers. Repeating a link changes nothing.
     * @param domainOrId primary domain or id of the reseller customer
     * @throws GatewayError NOT_FOUND when either customer does not exist; CONFLICT when either is
     *   linked to another customer
     */
    async link(billing: BillingCustomerKey, domainOrId: string): Promise<Customer> {
      authorizeMutation(viewer, 'linkCustomer');
      const [resellerCustomerId] = await Promise.all([
        this.resellerIdOf(domainOrId),
        requireBilling(billing),
      ]);
      await endDryRun(scope, () => planLink({ billing, resellerCustomerId }));
      return saveLink({ billing, resellerCustomerId });
    },
    /**
     * Removes a link. Returns the billing customer, whose global id stays the same.
     * @throws GatewayError FAILED_PRECONDITION when the customer is not linked
     */
    async unlink(customer: Customer): Promise<Customer> {
      authorizeMutation(viewer, 'unlinkCustomer');
      const [billing, resellerCustomerId] = await Promise.all([
        customers.billingKey(customer),
        customers.resellerCustomerId(customer),
      ]);
      const link = billing && resellerCustomerId !== null && { billing, resellerCustomerId };
      if (link) await endDryRun(scope, () => planUnlink(link));
      if (!link || !(await links.unlink(link))) {
        throw notLinked();
      }
      primeLoaders(link, null);
      return { billing, resellerCustomerId: null };
    },
    /**
     * Orders a reseller customer and links it to a billing customer. Orders nothing when the billing
     * customer does not exist or is already linked.
     * @throws GatewayError as `link` does
     */
    async order(
      customer: CustomerInput,
      customerAuthToken: string | undefined,
      billing: BillingCustomerKey,
      idempotencyKey: string | null,
    ): Promise<WriteAnswer<Customer>> {
      authorizeMutation(viewer, 'orderCustomer');
      const [rival] = await Promise.all([
        loaders.linkByBilling.load(billing),
        requireBilling(billing),
      ]);
      if (rival && !(await isOf(rival, customer))) throw linkConflict(rival, 'billing');
      const ordered = await customers.order(customer, customerAuthToken, idempotencyKey, billing);
      // Not through requireReseller: the viewer may see the new customer only once it is linked.
      const customerId = ordered.value.resellerCustomerId;
      if (customerId === null) throw new Error('ordered a customer without an id');
      try {
        const linked = await saveLink({ billing, resellerCustomerId: customerId });
        return { ...ordered, value: linked };
      } catch (cause) {
        // Not UNAVAILABLE: a retry would order the customer again.
        const isConflict = cause instanceof GatewayError && cause.code === 'CONFLICT';
        const code = isConflict ? 'CONFLICT' : 'FAILED_PRECONDITION';
        const message = `The customer was ordered as ${customerId}, but could not be linked: link it with linkCustomer.`;
        throw new GatewayError(code, message, { cause });
      }
    },
    /**
     * Resolves a primary domain or id to a reseller customer id.
     * @throws GatewayError NOT_FOUND when the customer does not exist
     */
    async resellerIdOf(domainOrId: string): Promise<string> {
      const customer = await loaders.resellerCustomer.load(domainOrId);
      if (customer) return customer.customerId;
      throw notFound();
    },
    /** @throws GatewayError CONFLICT when the reseller customer is linked */
    async requireUnlinked(id: string): Promise<void> {
      const rival = await loaders.linkByReseller.load(id);
      if (!rival) return;
      if (!access.seesReseller(rival.billing.resellerId)) throw notFound();
      throw linkConflict(rival, 'reseller');
    },
  };
}

function planOfLink({ billing }: CustomerLink, before: string | null, after: string | null): Plan {
  const object = { type: 'Customer', customer: { billing, resellerCustomerId: null } } as const;
  const name = `the billing customer ${billing.customerId}`;
  const label = after === null ? `The link to ${before} is removed.` : 'The reseller customer';
  return new PlanDraft()
    .change(object, 'reseller.customerId', label, { before, after })
    .done(after === null ? `Unlinks ${name}.` : `Links ${name} to the reseller customer ${after}.`);
}

function notLinked(): GatewayError {
  return new GatewayError('FAILED_PRECONDITION', 'This customer is not linked.');
}

function notFound(): GatewayError {
  return new GatewayError('NOT_FOUND', 'The customer was not found in the reseller API.');
}
