import { isManagedElsewhere } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Access } from './access.ts';
import { type Loaders, nullIfRefused } from './loaders.ts';

export type ResellerIds = ReturnType<typeof createResellerIds>;

/**
 * Checks the ids of reseller customers that clients send. The reseller API accepts a domain in place
 * of an id, and no link names a domain, so a tenant's requests are sent only with the API's own id.
 */
export function createResellerIds(access: Access, loaders: Loaders) {
  const known = new Set<string>();
  return {
    /**
     * The API's own id of a customer; null when the viewer does not see it. For a viewer that sees
     * everything, what was given.
     */
    async resolve(domainOrId: string): Promise<string | null> {
      if (!access.tenant) return domainOrId;
      const link = await loaders.linkByReseller.load(domainOrId);
      if (link || known.has(domainOrId)) {
        return (await access.seesResellerCustomer(domainOrId)) ? domainOrId : null;
      }
      return (await loaders.resellerCustomer.load(domainOrId))?.customerId ?? null;
    },
    /** Records ids that the API returned, so that `resolve` needs no call for them. */
    learn(customerIds: Iterable<string>): void {
      for (const id of customerIds) known.add(id);
    },
    /**
     * Refuses a domain that an invisible customer has, which the API would report as a conflict.
     * @param hasToken whether the order has the transfer token of the customer
     * @throws GatewayError NOT_FOUND
     */
    async requireFreeDomain(domain: string, hasToken: boolean): Promise<void> {
      if (!access.tenant) return;
      const holder = await loaders.anyResellerCustomer.load(domain).catch(nullIfRefused);
      if (!holder || (await access.seesResellerCustomer(holder.customerId))) return;
      const link = await loaders.linkByReseller.load(holder.customerId);
      // The token proves that the customer of another reseller agrees to the transfer.
      if (hasToken && !link && isManagedElsewhere(holder)) return;
      throw new GatewayError('NOT_FOUND', 'The customer was not found in the reseller API.');
    },
  };
}
