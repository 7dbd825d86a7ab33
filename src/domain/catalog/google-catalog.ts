import type { Catalog, CatalogPlan, CatalogSku } from './catalog.ts';
import { productRows } from './products.ts';

type Facts = Omit<CatalogSku, 'id' | 'name' | 'endsBy'>;

const annual: readonly CatalogPlan[] = ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY'];

const usual: Facts = {
  plans: [...annual, 'FLEXIBLE', 'TRIAL'],
  maximumSeats: 50_000,
  trial: { seats: 10, days: 30 },
};

const business: Facts = { ...usual, maximumSeats: 300 };
/** It has no flexible plan, and the longest trial. */
const chrome: Facts = { ...usual, plans: [...annual, 'TRIAL'], trial: { seats: 10, days: 60 } };
const flexibleOnly: Facts = { ...usual, plans: ['FLEXIBLE'], trial: null };

/** SKUs that differ from the usual, as Google's pages for resellers document them. */
const specialSkus: Readonly<Record<string, Facts>> = {
  '1010010001': { plans: ['FREE'], maximumSeats: 50, trial: null },
  '1010050001': { ...usual, trial: { seats: 50, days: 30 } },
  '1010060001': flexibleOnly,
  '1010060003': { ...usual, plans: ['ANNUAL_MONTHLY_PAY'], trial: null },
  '1010020025': business,
  '1010020027': business,
  '1010020028': business,
  '1010400001': chrome,
  'Google-Chrome-Device-Management': chrome,
  'Google-Vault': { ...usual, plans: ['FLEXIBLE', 'TRIAL'] },
};

const specialProducts: Readonly<Record<string, Facts>> = { 'Google-Drive-storage': flexibleOnly };

/** Workspace editions cannot be cancelled, only transferred to Google. */
const workspaceProducts = new Set(['Google-Apps', '101006', '101031']);

/**
 * What Google documented in 2026. It goes out of date, so nothing may reject an SKU because it is
 * missing here.
 */
export const googleCatalog: Catalog = {
  products: productRows.map(([id, name, skus]) => ({
    ...{ id, name },
    skus: skus.map(([skuId, skuName]) => ({
      ...{ id: skuId, name: skuName },
      ...(specialSkus[skuId] ?? specialProducts[id] ?? usual),
      endsBy: workspaceProducts.has(id) ? 'TRANSFER_TO_DIRECT' : 'CANCEL',
    })),
  })),
};
