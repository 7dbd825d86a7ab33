/** Plan names that subscriptions.insert accepts. */
export const catalogPlans = [
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_YEARLY_PAY',
  'FLEXIBLE',
  'TRIAL',
  'FREE',
] as const;

export type CatalogPlan = (typeof catalogPlans)[number];

/** How a subscription is ended: the `deletionType` of subscriptions.delete, in upper case. */
export const catalogEndings = ['CANCEL', 'TRANSFER_TO_DIRECT'] as const;

export type CatalogEnding = (typeof catalogEndings)[number];

/** The products that the reseller API sells. */
export interface Catalog {
  readonly products: readonly CatalogProduct[];
}

export interface CatalogProduct {
  readonly id: string;
  readonly name: string;
  readonly skus: readonly CatalogSku[];
}

export interface CatalogSku {
  readonly id: string;
  readonly name: string;
  readonly plans: readonly CatalogPlan[];
  /** Null when only the contract with Google sets a limit. */
  readonly maximumSeats: number | null;
  /** Null when the SKU has no trial. */
  readonly trial: CatalogTrial | null;
  readonly endsBy: CatalogEnding;
}

export interface CatalogTrial {
  readonly seats: number;
  readonly days: number;
}

/** Null for an SKU that the catalog does not have. */
export function skuOf(catalog: Catalog, id: string): CatalogSku | null {
  for (const { skus } of catalog.products) {
    const found = skus.find((sku) => sku.id === id);
    if (found) return found;
  }
  return null;
}

/** Finds the product of an SKU; null for one that the catalog does not have. */
export function productsBySku({ products }: Catalog): (skuId: string) => string | null {
  const ids = new Map(products.flatMap(({ id, skus }) => skus.map((sku) => [sku.id, id] as const)));
  return (skuId) => ids.get(skuId) ?? null;
}
