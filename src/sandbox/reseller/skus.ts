import type { CatalogPlan, CatalogSku } from '../../domain/catalog/catalog.ts';
import { googleCatalog } from '../../domain/catalog/google-catalog.ts';

export type PlanName = CatalogPlan;

/** An SKU of the catalog, with what only the vendor knows. */
export interface Sku extends CatalogSku {
  /** A switch must stay within one product. */
  readonly productId: string;
  /** Rank within the product; a switch to a higher rank is an upgrade. */
  readonly rank: number;
  /** Whether email-verified teams can buy it. */
  readonly forTeams: boolean;
  /** Whether it must be cancelled before the Workspace subscription can be suspended. */
  readonly addOn: boolean;
}

const teamSkus = new Set(['1010060001', '1010060003', '1010060005']);
const addOnProducts = new Set(['Google-Vault', 'Google-Drive-storage']);

/** The SKUs of one product from the smallest to the largest; those in one row are equals. */
const ranking: readonly (readonly string[])[] = [
  ['Google-Apps-Lite', '1010020030', 'Google-Drive-storage-20GB', '1010330003', '1010380001'],
  ['Google-Apps-For-Business', '1010020031', 'Google-Drive-storage-50GB', '1010330004'],
  ['Google-Apps-Unlimited', '1010020027', 'Google-Drive-storage-200GB', '1010330002', '1010380002'],
  ['1010060003', '1010020034', '1010020028', 'Google-Drive-storage-400GB', '1010380003'],
  ['1010060005', '1010020025', 'Google-Drive-storage-1TB'],
  ['1010020029', 'Google-Drive-storage-2TB'],
  ['1010020026', 'Google-Drive-storage-4TB'],
  ['1010020020', 'Google-Drive-storage-8TB'],
  ['Google-Drive-storage-16TB'],
];
const ranks = new Map(ranking.flatMap((ids, rank) => ids.map((id) => [id, rank + 1])));

const byId = new Map(
  googleCatalog.products.flatMap((product) =>
    product.skus.map((sku): [string, Sku] => [
      sku.id,
      {
        ...sku,
        productId: product.id,
        rank: ranks.get(sku.id) ?? 1,
        forTeams: teamSkus.has(sku.id),
        addOn: addOnProducts.has(product.id),
      },
    ]),
  ),
);

/** Undefined for an unknown SKU. */
export function findSku(skuId: string): Sku | undefined {
  return byId.get(skuId);
}

/** A Workspace edition, which cannot be cancelled but only transferred to the vendor. */
export function isWorkspace(skuId: string): boolean {
  return findSku(skuId)?.endsBy === 'TRANSFER_TO_DIRECT';
}
