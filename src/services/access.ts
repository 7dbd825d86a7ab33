import type DataLoader from 'dataloader';
import type { CustomerLink } from '../domain/customer.ts';
import { badInput, GatewayError } from '../domain/error.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { WriteTarget } from '../domain/write.ts';

export type Access = ReturnType<typeof createAccess>;

/**
 * What the viewer of a request sees. Whatever it does not see is treated like an object that does not
 * exist. A viewer that sees everything costs no query.
 */
export function createAccess(
  { resellers }: Viewer,
  resellerOwner: string | null,
  linkByReseller: Pick<DataLoader<string, CustomerLink | null>, 'load'>,
) {
  const tenant: Tenant | undefined = resellers
    ? {
        // Sorted, because the tenant is a part of cache keys.
        resellers: [...resellers].sort(),
        ownsUnlinked: resellerOwner !== null && resellers.has(resellerOwner),
      }
    : undefined;

  /** @param resellerId null when the reseller is not known */
  function seesReseller(resellerId: string | null): boolean {
    return !resellers || (resellerId !== null && resellers.has(resellerId));
  }

  /**
   * Whether the viewer sees a customer of the reseller API, by its current link.
   * @param customerId the API's own id, not one that a client sent: that may be a domain, which no
   *   link names (see `ResellerIds`). Null stands for no customer
   */
  async function seesResellerCustomer(customerId: string | null): Promise<boolean> {
    if (!tenant) return true;
    const link = customerId === null ? null : await linkByReseller.load(customerId);
    return link ? seesReseller(link.billing.resellerId) : tenant.ownsUnlinked;
  }

  return {
    /** Restricts rows of the store; undefined when the viewer sees everything. */
    tenant,
    seesReseller,
    seesResellerCustomer,
    /** Whether the viewer sees the target of a write. */
    async seesTarget({ resellerId, resellerCustomerId }: WriteTarget): Promise<boolean> {
      return resellerId === null
        ? seesResellerCustomer(resellerCustomerId)
        : seesReseller(resellerId);
    },
    /**
     * The reseller of a request that names none: a tenant's only one, otherwise the configured one.
     * @throws GatewayError BAD_USER_INPUT when there is none
     */
    defaultReseller(configured: string | null): string {
      const [only, ...others] = tenant?.resellers ?? [];
      const found = tenant ? only : configured;
      if (found && others.length === 0) return found;
      const reason = tenant
        ? 'the token does not grant exactly one reseller'
        : 'no default reseller is configured';
      throw badInput(`resellerId is required because ${reason}.`);
    },
    /** @throws GatewayError NOT_FOUND when the viewer does not see the reseller */
    requireReseller(resellerId: string): void {
      if (seesReseller(resellerId)) return;
      throw new GatewayError('NOT_FOUND', 'The reseller was not found.');
    },
    /** @throws GatewayError FORBIDDEN when the viewer does not see what is linked to no reseller */
    requireUnlinked(): void {
      if (!tenant || tenant.ownsUnlinked) return;
      const message =
        'This requires access to the reseller that owns unlinked customers (RESELLER_OWNER).';
      throw new GatewayError('FORBIDDEN', message);
    },
  };
}
