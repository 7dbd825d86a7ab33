import { type Catalog, skuOf } from '../domain/catalog/catalog.ts';

export type CatalogService = ReturnType<typeof createCatalogService>;

/** Reads the catalog, which every viewer sees. */
export function createCatalogService(catalog: Catalog) {
  return { catalog: () => catalog, sku: (id: string) => skuOf(catalog, id) };
}
