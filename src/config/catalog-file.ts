import { z } from 'zod';
import { type Catalog, catalogEndings, catalogPlans } from '../domain/catalog/catalog.ts';
import { googleCatalog } from '../domain/catalog/google-catalog.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import { fileProblem, readFileAs } from './json-file.ts';

const text = z.string().min(1);
const count = z.int().min(1).max(1_000_000);

const sku = z.strictObject({
  id: text,
  name: text,
  plans: z.array(z.enum(catalogPlans)).min(1),
  maximumSeats: count.nullable(),
  trial: z.strictObject({ seats: count, days: count }).nullable(),
  endsBy: z.enum(catalogEndings),
});

const product = z.strictObject({ id: text, name: text, skus: z.array(sku) });

const catalog = z.strictObject({ products: z.array(product) });

/**
 * The catalog of CATALOG_FILE, or what Google documents when it is not set.
 * @throws ConfigError when the file cannot be read or is not a catalog
 */
export function readCatalog({ reseller }: GatewaySettings): Catalog {
  const path = reseller.CATALOG_FILE;
  if (path === undefined) return googleCatalog;
  const read = readFileAs('CATALOG_FILE', path, catalog, 'a catalog');
  const ids = read.products.flatMap(({ skus }) => skus.map(({ id }) => id));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated === undefined) return read;
  throw fileProblem('CATALOG_FILE', path, `has the SKU ${repeated} more than once`);
}
