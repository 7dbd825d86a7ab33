import { type Catalog, type CatalogSku, skuOf } from '../domain/catalog/catalog.ts';

/** Reads the catalog, which every viewer sees. */
export interface CatalogService {
  catalog(): Catalog;
  /** Null for an SKU that the catalog does not have. */
  sku(id: string): CatalogSku | null;
}

export function createCatalogService(catalog: Catalog): CatalogService {
  return { catalog: () => catalog, sku: (id) => skuOf(catalog, id) };
}
