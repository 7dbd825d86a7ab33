/** What a viewer sees who is restricted to some resellers. */
export interface Tenant {
  /** Billing's ids of the resellers: the tenant sees their customers, and the customers linked to these. */
  readonly resellers: readonly string[];
  /** Whether the tenant also sees what is linked to no billing customer. */
  readonly ownsUnlinked: boolean;
}
